import { isSettled, stateOf, type FileState } from './file-state.js'

/** A file as it was when its content was known: size, times in nanoseconds, inode. */
export type Watched = readonly [path: string, size: string, mtime: string, ctime: string, inode: string]

const watchedOf = (path: string, { size, mtime, ctime, inode }: FileState): Watched => [
  path,
  String(size),
  String(mtime),
  String(ctime),
  String(inode),
]

/**
 * Files whose content is known, so that a later look at their sizes and times tells whether it still is. Undefined
 * where one is gone, is no plain file, or was touched at or after `known` (milliseconds, less two seconds).
 */
export const watch = (paths: Iterable<string>, known: number): readonly Watched[] | undefined => {
  const found: Watched[] = []
  for (const path of new Set(paths)) {
    const state = stateOf(path)
    if (!state || !isSettled(state, known)) return undefined
    found.push(watchedOf(path, state))
  }
  return found
}

/** True while every file is the very one that was watched. */
export const isUntouched = (watched: readonly Watched[]): boolean =>
  watched.every(before => {
    const state = stateOf(before[0])
    return state !== undefined && watchedOf(before[0], state).every((part, at) => part === before[at])
  })
