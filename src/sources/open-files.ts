import type { FileHandle } from 'node:fs/promises'
import type { Hash } from 'node:crypto'
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { BigIntStats } from 'node:fs'
import type { Digest } from '../core/brand.js'
import { openRegular, readStretch, sayUnreadable } from '../core/regular-file.js'
import { unreadable } from './fault.js'

/** A file while it is read. */
export interface OpenFile {
  readonly path: string
  /** Bytes when it was opened. */
  readonly size: number
  /** Bytes `[start, start + length)`; fewer where it ends before. Leaves as `Unreadable`. */
  read(start: number, length: number): Promise<Uint8Array>
  /** Bytes `[start, start + length)` in pieces. */
  pieces(start: number, length: number): AsyncGenerator<Uint8Array>
}

/**
 * The files of a source while they are read. Each is opened once, so that all that is read of it is read of one and the
 * same, whatever comes to lie at its path meanwhile.
 */
export interface OpenFiles {
  open(path: string): Promise<OpenFile>
  /** Leaves with `file-changed` where one of these does not hold what was promised. */
  hold(promised: Readonly<Record<string, { readonly digest: Digest }>>): Promise<void>
  /** The same once they were read: hashes again only what may have been written to since. */
  holdStill(): Promise<void>
  close(): Promise<void>
}

/** Bytes of a piece. */
const piece = 256 * 1024
/** Nanoseconds in which a disk's clock may give two writings one time. */
const racy = 2_000_000_000n

/** An error of the file system as the fault of a file. Bugs go on as throws. */
export const ioFault = (path: string, error: unknown): never => {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ENOTDIR') return unreadable('file-missing', `there is no file ${path}`)
  if (code === 'EISDIR') return unreadable('file-format', `${path} is a folder, not a file`)
  if (code === 'EFTYPE') return unreadable('file-format', `${path} ${sayUnreadable(error)}`)
  if (code === 'EACCES' || code === 'EPERM')
    return unreadable('file-unreadable', `${path} may not be read`, {
      hint: 'Change its permissions, or name another file.',
    })
  const said = sayUnreadable(error)
  if (said !== undefined) return unreadable('file-unreadable', `${path} ${said}`)
  throw error
}

interface Held {
  readonly file: OpenFile
  readonly handle: FileHandle
  readonly stat: BigIntStats
  /** By the clock of this machine, in nanoseconds, when it was opened. */
  readonly opened: bigint
}

const opened = async (path: string): Promise<Held> => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      return ioFault(path, error)
    }
  }
  const handle = await guarded(() => openRegular(path))
  const stat = await guarded(() => handle.stat({ bigint: true }))
  const size = Number(stat.size)
  const read = (start: number, length: number): Promise<Uint8Array> =>
    guarded(() => readStretch(handle, start, Math.max(0, Math.min(length, size - start))))
  async function* pieces(start: number, length: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < start + length; at += piece) {
      const bytes = await read(at, Math.min(piece, start + length - at))
      if (bytes.length > 0) yield bytes
      if (bytes.length < piece) return
    }
  }
  const file: OpenFile = { path, size, read, pieces }
  return { file, handle, stat, opened: BigInt(Date.now()) * 1_000_000n }
}

const digestOf = async ({ file, handle }: Held): Promise<string> => {
  const hash: Hash = createHash('sha256')
  for await (const bytes of file.pieces(0, file.size)) hash.update(bytes)
  // What was appended meanwhile is part of it.
  if ((await readStretch(handle, file.size, 1)).length > 0) return 'grown'
  return `sha256:${hash.digest('hex')}`
}

const isUntouched = async ({ handle, stat, opened: when }: Held): Promise<boolean> => {
  const now = await handle.stat({ bigint: true })
  const isSame = now.size === stat.size && now.mtimeNs === stat.mtimeNs && now.ctimeNs === stat.ctimeNs
  return isSame && stat.mtimeNs < when - racy && stat.ctimeNs < when - racy
}

const tellChanged = (path: string): never =>
  unreadable('file-changed', `${basename(path)} has changed since the run was planned`, {
    hint: 'Run again once nothing writes to it.',
  })

/** None is open yet. Whoever makes them closes them. */
export const openFiles = (): OpenFiles => {
  const held = new Map<string, Promise<Held>>()
  const promises = new Map<string, string>()
  const get = (path: string): Promise<Held> => {
    const found = held.get(path) ?? opened(path)
    held.set(path, found)
    return found
  }
  return {
    open: async path => (await get(path)).file,
    hold: async promised => {
      for (const [path, { digest }] of Object.entries(promised)) {
        promises.set(path, digest)
        if ((await digestOf(await get(path))) !== digest) tellChanged(path)
      }
    },
    holdStill: async () => {
      for (const [path, digest] of promises) {
        const file = await get(path)
        if (!(await isUntouched(file)) && (await digestOf(file)) !== digest) tellChanged(path)
      }
    },
    close: async () => {
      for (const each of held.values()) {
        const found = await each.catch(() => undefined)
        await found?.handle.close()
      }
      held.clear()
    },
  }
}
