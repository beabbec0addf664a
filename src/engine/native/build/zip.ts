import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PassThrough, Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

// A wheel is a zip (PKWARE APPNOTE 6.3.10). The libraries in it unpack to 800 MB, so each entry is streamed to disk;
// a reader that holds the whole archive in memory will not do.

export interface ZipEntry {
  readonly name: string
  /** Bytes once unpacked. */
  readonly bytes: number
  readonly packed: number
  readonly method: number
  readonly offset: number
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const stored = 0
const deflated = 8

/** The file is no zip, or a torn one. */
export class DamagedZip extends Error {
  constructor(what: string) {
    super(`it is no whole zip archive (${what})`)
    this.name = 'DamagedZip'
  }
}

const readAt = async (file: FileHandle, position: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, position)
  if (bytesRead < length) throw new DamagedZip('it ends too early')
  return bytes
}

/** Where the table of contents lies. 4 GB and more would need zip64, which no wheel of TensorFlow has. */
const tableOf = async (file: FileHandle): Promise<Buffer> => {
  const { size } = await file.stat()
  const tail = await readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557))
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== endSignature) continue
    const [length, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
    if (start === 0xff_ff_ff_ff || start + length > size)
      throw new DamagedZip('its contents lie outside of it')
    return readAt(file, start, length)
  }
  throw new DamagedZip('it has no table of contents')
}

/** What a zip holds, folders left out. Throws DamagedZip. */
export const readEntries = async (file: FileHandle): Promise<ZipEntry[]> => {
  const table = await tableOf(file)
  const entries: ZipEntry[] = []
  for (let at = 0; at + 46 <= table.length && table.readUInt32LE(at) === entrySignature;) {
    const [nameLength, extra, comment] = [28, 30, 32].map(field => table.readUInt16LE(at + field))
    const name = table.toString('utf8', at + 46, at + 46 + nameLength!)
    if (!name.endsWith('/'))
      entries.push({
        name,
        method: table.readUInt16LE(at + 10),
        packed: table.readUInt32LE(at + 20),
        bytes: table.readUInt32LE(at + 24),
        offset: table.readUInt32LE(at + 42),
      })
    at += 46 + nameLength! + extra! + comment!
  }
  if (entries.length === 0) throw new DamagedZip('its table of contents is empty')
  return entries
}

const openEntry = async (file: FileHandle, entry: ZipEntry): Promise<Readable> => {
  const header = await readAt(file, entry.offset, 30)
  if (header.readUInt32LE(0) !== localSignature)
    throw new DamagedZip(`${entry.name} is not where it should be`)
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  if (entry.packed === 0) return new PassThrough().end()
  // By its descriptor: each stream of a handle would leave a listener on it.
  const raw = createReadStream('', {
    fd: file.fd,
    start,
    end: start + entry.packed - 1,
    autoClose: false,
    highWaterMark: 1 << 20,
  })
  if (entry.method === stored) return raw
  if (entry.method !== deflated) throw new DamagedZip(`${entry.name} is packed in an unknown way`)
  const inflate = createInflateRaw({ chunkSize: 1 << 18 })
  raw.on('error', error => inflate.destroy(error))
  return raw.pipe(inflate)
}

/** An entry as text. */
export const readText = async (file: FileHandle, entry: ZipEntry): Promise<string> => {
  let text = ''
  for await (const chunk of (await openEntry(file, entry)).setEncoding('utf8')) text += String(chunk)
  return text
}

/**
 * Unpacks an entry to a file, and has it on disk when this resolves. Gives the SHA-256 of what it wrote, base64url as a
 * wheel's `RECORD` has it. Throws DamagedZip where it unpacks to another size.
 */
export const unpackEntry = async (
  file: FileHandle,
  entry: ZipEntry,
  target: string,
  wrote: (bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> => {
  await mkdir(dirname(target), { recursive: true })
  const hash = createHash('sha256')
  let total = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      total += chunk.length
      wrote(chunk.length)
      done(null, chunk)
    },
  })
  const sink = createWriteStream(target, { flush: true })
  await pipeline(await openEntry(file, entry), count, sink, signal ? { signal } : {})
  if (total !== entry.bytes) throw new DamagedZip(`${entry.name} unpacks to ${total} of ${entry.bytes} bytes`)
  return hash.digest('base64url')
}

/** Opens a zip for as long as `work` takes. */
export const withZip = async <T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> => {
  const file = await open(path, 'r')
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}
