import { stat } from 'node:fs/promises'
import { digestValue } from '../core/hash.js'
import { limiter } from '../core/limit.js'
import type { Fault } from '../core/problem.js'
import { sayUnreadable } from '../core/regular-file.js'
import type { FileRef } from '../core/step-file.js'
import { digestFile, type Digested } from '../store/digest-file.js'
import { Astray, filesBelow } from './folder-files.js'

/** What lies at a path: a file, or a folder by the names and contents of all that it holds. */
export type FoundFile = FileRef | Pick<Fault, 'code' | 'message'>

type FindFile = (path: string) => Promise<FoundFile>

/** Reads at once; more only makes the disk seek. */
const most = 4

const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** Digests of files by path, with what the disk said of the file when it was read. */
export type FileMemory = Map<string, { readonly stamp: string; readonly digested: Digested }>

/** Changes when a file is written or replaced. */
export const stampOf = async (path: string): Promise<string> => {
  const { size, mtimeMs, ctimeMs, ino } = await stat(path)
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`
}

/**
 * Digests of files, each read once however many steps name it. `memory`: not even once if it did not change.
 * `digestOf`: how one is read; a store's own way reads no file whose size and times it knows. `mayRead`: asked of
 * where the symbolic links in a folder lead.
 */
export const fileReader = (
  memory?: FileMemory,
  digestOf: (path: string) => Promise<Digested> = digestFile,
  mayRead: (path: string) => boolean = () => true,
): FindFile => {
  const known = new Map<string, Promise<FoundFile>>()
  const limited = limiter(most)

  const digest = async (path: string) => {
    if (!memory) return limited(() => digestOf(path))
    const stamp = await stampOf(path)
    const known = memory.get(path)
    if (known?.stamp === stamp) return known.digested
    const digested = await limited(() => digestOf(path))
    memory.set(path, { stamp, digested })
    return digested
  }

  const found: FindFile = async path => {
    try {
      if (!(await stat(path)).isDirectory()) return { path, ...(await digest(path)) }
      const names = await filesBelow(path, mayRead)
      const read = await Promise.all(names.map(digest))
      return {
        path,
        digest: digestValue(names.map((name, at) => [name.slice(path.length), read[at]!.digest])),
        bytes: read.reduce((sum, { bytes }) => sum + bytes, 0),
      }
    } catch (error) {
      if (error instanceof Astray) return error.fault
      const code = errnoOf(error)
      if (code === undefined) throw error
      return code === 'ENOENT' || code === 'ENOTDIR'
        ? { code: 'file-missing', message: `there is no file ${path}` }
        : { code: 'file-unreadable', message: `${path} ${sayUnreadable(error)}` }
    }
  }

  return path => {
    const finding = known.get(path) ?? found(path)
    known.set(path, finding)
    return finding
  }
}
