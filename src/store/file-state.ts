import { statSync } from 'node:fs'

/** What the disk says of a plain file without reading it. Times are in nanoseconds. */
export interface FileState {
  readonly size: bigint
  readonly mtime: bigint
  readonly ctime: bigint
  readonly inode: bigint
  readonly device: bigint
}

/** Undefined where nothing lies there, or no plain file. Other errors are the file system's own. */
export const stateOf = (path: string): FileState | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (!found?.isFile()) return undefined
  return {
    size: found.size,
    mtime: found.mtimeNs,
    ctime: found.ctimeNs,
    inode: found.ino,
    device: found.dev,
  }
}

/** Margin in which a disk may give two writings one time, in nanoseconds: FAT counts in steps of two seconds. */
export const margin = 2_000_000_000n

/** Milliseconds since the epoch as a disk counts them. */
const nanoseconds = (milliseconds: number): bigint => BigInt(Math.floor(milliseconds)) * 1_000_000n

/**
 * Was a file last touched well before its content became known (milliseconds since the epoch)? If not it might be
 * written once more within one tick of the disk's clock and look the same, as git has it of a racily clean entry.
 */
export const isSettled = ({ mtime, ctime }: FileState, known: number): boolean => {
  const latest = nanoseconds(known) - margin
  return mtime < latest && ctime < latest
}
