import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable, Transform } from 'node:stream'
import { createGunzip, createInflateRaw } from 'node:zlib'
import { Unreadable, unreadable } from './fault.js'

/** Where bytes lie: a stretch of a file, perhaps packed. */
export interface Place {
  readonly file: string
  /** For messages: the file's name, with the member inside it for an archive. */
  readonly title: string
  readonly packing: 'none' | 'gzip' | 'deflate'
  /** Offset of the first (packed) byte in the file. */
  readonly start: number
  /** Bytes as they lie in the file. */
  readonly packed: number
  /** Checksum of the unpacked bytes, where an archive promises one; gzip carries its own. */
  readonly crc?: number
}

const ioFault = (file: string, error: unknown): never => {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return unreadable('file-missing', `there is no file ${file}`)
  if (code === 'EISDIR') return unreadable('file-format', `${file} is a folder, not a file`)
  if (code === 'EACCES' || code === 'EPERM')
    return unreadable('file-unreadable', `${file} may not be read`, {
      hint: 'Change its permissions, or name another file.',
    })
  if (code !== undefined) return unreadable('file-unreadable', `${file} cannot be read (${code})`)
  throw error
}

/** Bytes `[start, start + length)` of a file as it is; fewer where it ends before. */
export const readStretch = async (file: string, start: number, length: number): Promise<Uint8Array> => {
  let handle
  try {
    handle = await open(file)
    const bytes = new Uint8Array(length)
    let at = 0
    while (at < length) {
      const { bytesRead } = await handle.read(bytes, at, length - at, start + at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return bytes.subarray(0, at)
  } catch (error) {
    return ioFault(file, error)
  } finally {
    await handle?.close()
  }
}

export const sizeOf = async (file: string): Promise<number> => {
  let handle
  try {
    handle = await open(file)
    const stat = await handle.stat()
    if (!stat.isFile()) return unreadable('file-format', `${file} is not a regular file`)
    return stat.size
  } catch (error) {
    if (error instanceof Unreadable) throw error
    return ioFault(file, error)
  } finally {
    await handle?.close()
  }
}

/** A whole file as a place; gzip is told by its first two bytes, not by its name. */
export const placeOf = async (file: string): Promise<Place> => {
  const packed = await sizeOf(file)
  const first = await readStretch(file, 0, 2)
  const packing = first[0] === 0x1f && first[1] === 0x8b ? 'gzip' : 'none'
  return { file, title: basename(file), packing, start: 0, packed }
}

const unpacker = (packing: Place['packing']): Transform | undefined =>
  packing === 'gzip' ? createGunzip() : packing === 'deflate' ? createInflateRaw() : undefined

/**
 * The unpacked bytes of a place, in chunks of at most 64 KiB, so that a reader may stop after a header. Leaves with
 * `file-corrupt` (offsets unpacked, counted from the place's beginning) where the packing is damaged or cut off.
 */
export async function* unpacked(place: Place): AsyncGenerator<Uint8Array> {
  if (place.packed === 0) return
  const raw = createReadStream(place.file, { start: place.start, end: place.start + place.packed - 1 })
  const turned = unpacker(place.packing)
  const source: Readable = turned ?? raw
  if (turned) {
    raw.on('error', error => turned.destroy(error))
    raw.pipe(turned)
  }
  let given = 0
  try {
    for await (const chunk of source as AsyncIterable<Uint8Array>) {
      given += chunk.byteLength
      yield chunk
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('Z_'))
      unreadable(
        'file-corrupt',
        code === 'Z_BUF_ERROR'
          ? `${place.title}: its ${place.packing} data ends in the middle, after ${given} unpacked bytes (${place.packed} packed)`
          : `${place.title}: its ${place.packing} data is damaged near unpacked byte ${given} (${message})`,
        { hint: 'Download or copy the file again.' },
      )
    ioFault(place.file, error)
  } finally {
    raw.destroy()
    turned?.destroy()
  }
}

/** The first `length` unpacked bytes; fewer where there are no more. */
export const readBeginning = async (place: Place, length: number): Promise<Uint8Array> => {
  if (place.packing === 'none') return readStretch(place.file, place.start, Math.min(length, place.packed))
  const bytes = new Uint8Array(length)
  let at = 0
  for await (const chunk of unpacked(place)) {
    const part = chunk.subarray(0, length - at)
    bytes.set(part, at)
    at += part.byteLength
    if (at === length) break
  }
  return bytes.subarray(0, at)
}

/** DEFLATE cannot shrink by more (RFC 1951: 258 bytes for at least 2 bits), so no header may claim more than this. */
const mostOf = (place: Place): number =>
  place.packing === 'none' ? place.packed : place.packed * 1032 + 1024

/** Could a place hold this many unpacked bytes? Asked before any memory is taken on a header's word. */
export const mayHold = (place: Place, bytes: number): boolean => bytes <= mostOf(place)
