import { statSync } from 'node:fs'

/** A file as it was when its content was known: size, times in nanoseconds, inode. */
export type Watched = readonly [path: string, size: string, mtime: string, ctime: string, inode: string]

const stateOf = (path: string): Watched | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (!found?.isFile()) return undefined
  return [path, String(found.size), String(found.mtimeNs), String(found.ctimeNs), String(found.ino)]
}

/** Margin in which a disk may give two writings one time. */
const margin = 2_000_000_000n

/**
 * Files whose content is known, so that a later look at their sizes and times tells whether it still is. Undefined
 * where one is gone, is no plain file, or was touched at or after `known` (milliseconds, less two seconds): it might be
 * written again within one tick of the disk's clock, as git's index has it of a racily clean entry.
 */
export const watch = (paths: Iterable<string>, known: number): readonly Watched[] | undefined => {
  const latest = BigInt(Math.floor(known)) * 1_000_000n - margin
  const found: Watched[] = []
  for (const path of new Set(paths)) {
    const state = stateOf(path)
    if (!state || BigInt(state[2]) >= latest || BigInt(state[3]) >= latest) return undefined
    found.push(state)
  }
  return found
}

/** True while every file is the very one that was watched. */
export const isUntouched = (watched: readonly Watched[]): boolean =>
  watched.every(before => {
    const now = stateOf(before[0])
    return now !== undefined && now.every((part, at) => part === before[at])
  })
