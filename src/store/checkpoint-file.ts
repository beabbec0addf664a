import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { endianness } from 'node:os'
import type { Key } from '../core/brand.js'
import { checkpointArrays, type Checkpoint, type CheckpointArray, type Moment } from '../core/checkpoint.js'
import { version } from '../core/home.js'

/** The first line of a checkpoint's file: what a plan reads. */
export interface CheckpointHead {
  readonly format: 1
  /** Of the Trimtab that wrote it: another one starts anew. */
  readonly version: string
  readonly order: 'LE' | 'BE'
  readonly key: Key
  readonly moment: Moment
  /** Of all that follows the line. */
  readonly bytes: number
}

type ArrayName = keyof typeof checkpointArrays

/** The second line: what is no array, and where each array lies behind it. */
interface Body {
  readonly state: unknown
  readonly arrays: readonly { readonly name: string; readonly type: ArrayName; readonly length: number }[]
}

/** Arrays begin at multiples of this, so that they can be read where they lie. */
const step = 8
/** A head is shorter; what has no end of line within is no checkpoint. */
const longestHead = 4096

const typeOf = (array: CheckpointArray): ArrayName => {
  const found = Object.entries(checkpointArrays).find(([, Numbers]) => array instanceof Numbers)
  if (!found) throw new TypeError('a checkpoint holds typed arrays')
  return found[0] as ArrayName
}

const bytesOf = (array: CheckpointArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const filler = (length: number): Uint8Array => new Uint8Array((step - (length % step)) % step)

const digestOf = (head: CheckpointHead, parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256').update(JSON.stringify(head))
  for (const part of parts) hash.update(part)
  return `sha256:${hash.digest('hex')}`
}

/** A checkpoint as the parts of its file: a head with a digest over everything, then state and arrays. */
export const checkpointParts = (key: Key, { moment, state, arrays }: Checkpoint): readonly Uint8Array[] => {
  const body: Body = {
    state,
    arrays: [...arrays].map(([name, array]) => ({ name, type: typeOf(array), length: array.length })),
  }
  const line = Buffer.from(`${JSON.stringify(body)}\n`)
  const parts = [line, ...[...arrays.values()].flatMap(array => [bytesOf(array), filler(array.byteLength)])]
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const head: CheckpointHead = { format: 1, version: version(), order: endianness(), key, moment, bytes }
  const first = `${JSON.stringify({ ...head, digest: digestOf(head, parts) })}\n`
  // The body's line is not padded, since a head with its digest is: arrays begin behind both.
  return [Buffer.from(first.padStart(first.length + filler(first.length + line.length).length)), ...parts]
}

interface Headed {
  readonly head: CheckpointHead
  readonly digest: string
  /** Where the body begins. */
  readonly end: number
}

const headIn = (start: Uint8Array): Headed | undefined => {
  const end = start.subarray(0, longestHead).indexOf(10) + 1
  if (end === 0) return undefined
  try {
    const { digest, ...head } = JSON.parse(Buffer.from(start.subarray(0, end)).toString('utf8')) as {
      readonly digest: string
    } & CheckpointHead
    return { head, digest, end }
  } catch {
    return undefined
  }
}

/** Could this Trimtab go on from it, on this machine? */
const isOurs = ({ format, version: made, order, key }: CheckpointHead, wanted: Key): boolean =>
  format === 1 && made === version() && order === endianness() && key === wanted

/** What a file says of itself, unchecked, from its first bytes; undefined where it is no checkpoint of this key that can be gone on from. Errors are the file system's own. */
export const readHead = (path: string, key: Key): CheckpointHead | undefined => {
  const file = openSync(path, 'r')
  try {
    const start = new Uint8Array(longestHead)
    const found = headIn(start.subarray(0, readSync(file, start, 0, longestHead, 0)))
    return found && isOurs(found.head, key) ? found.head : undefined
  } finally {
    closeSync(file)
  }
}

/** A file of any size in memory: `readFile` ends at 2 GiB. */
const readWhole = async (path: string): Promise<Uint8Array> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const bytes = new Uint8Array(size)
    let read = 0
    while (read < size) {
      const { bytesRead } = await file.read(bytes, read, Math.min(size - read, 2 ** 30))
      if (bytesRead === 0) break
      read += bytesRead
    }
    return bytes.subarray(0, read)
  } finally {
    await file.close()
  }
}

const arraysIn = (body: Body, bytes: Uint8Array): Map<string, CheckpointArray> => {
  const arrays = new Map<string, CheckpointArray>()
  let at = bytes.byteOffset
  for (const { name, type, length } of body.arrays) {
    const array = new checkpointArrays[type](bytes.buffer as ArrayBuffer, at, length)
    arrays.set(name, array)
    at += array.byteLength + filler(array.byteLength).length
  }
  return arrays
}

/**
 * Reads a checkpoint whole. `other`: one of another version or format, which is no damage; `damaged`: torn, cut or with
 * a bit that is not as it was written. Errors are the file system's own.
 */
export const readCheckpoint = async (path: string, key: Key): Promise<Checkpoint | 'other' | 'damaged'> => {
  const bytes = await readWhole(path)
  const found = headIn(bytes)
  if (!found) return 'damaged'
  const { head, digest, end } = found
  const rest = bytes.subarray(end)
  if (head.format !== 1) return 'other'
  if (rest.byteLength !== head.bytes || digestOf(head, [rest]) !== digest) return 'damaged'
  if (!isOurs(head, key)) return 'other'
  const line = rest.indexOf(10) + 1
  const body = JSON.parse(Buffer.from(rest.subarray(0, line)).toString('utf8')) as Body
  return { moment: head.moment, state: body.state, arrays: arraysIn(body, rest.subarray(line)) }
}
