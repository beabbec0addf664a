import { problem, ProblemError, type Problem } from '../core/problem.js'

/** Is it an error of the file system, with one of these codes (or with any, where none is given)? */
export const isErrno = (error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  (codes.length === 0 || codes.includes(error.code))

const freeSome = 'Make room on the disk and run again: what was finished is kept and will be reused.'

/** What a user can mend about a failed write, as a problem; undefined where the error is a bug of ours. */
export const fileProblem = (error: unknown, path: string): Problem | undefined => {
  if (!isErrno(error)) return undefined
  switch (error.code) {
    case 'ENOSPC':
      return problem('disk-full', `no room left on the disk while writing ${path}`, { hint: freeSome })
    case 'EDQUOT':
      return problem('disk-full', `the disk quota is used up; cannot write ${path}`, { hint: freeSome })
    case 'EFBIG':
      return problem(
        'disk-full',
        `the file system or a limit (ulimit -f) refuses a file of this size: ${path}`,
      )
    case 'EROFS':
      return problem('store-read-only', `cannot write ${path}: the file system is read-only`, {
        hint: 'Choose another store with --store FOLDER.',
      })
    case 'ENOENT':
      // Making a folder with its parents cannot lack one: Node 20 says so where the file system is read-only (EROFS).
      return error.syscall === 'mkdir'
        ? problem('store-read-only', `cannot make a folder for ${path}: the file system takes no writes`, {
            hint: 'Choose another store with --store FOLDER.',
          })
        : undefined
    case 'EACCES':
    case 'EPERM':
      return problem('store-read-only', `cannot write ${path}: permission denied`, {
        hint: 'Give yourself the right to write there, or choose another store with --store FOLDER.',
      })
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return problem('store-in-the-way', `cannot write ${path}: a file and a folder of that name collide`, {
        hint: 'Move what is in the way aside.',
      })
    case 'EMFILE':
    case 'ENFILE':
      return problem('too-many-open-files', `cannot open ${path}: too many files are open`, {
        hint: 'Raise the limit (ulimit -n) or run fewer steps at once.',
      })
    case 'EIO':
      return problem('disk-error', `the disk reports an error at ${path}`)
    default:
      return undefined
  }
}

/** What to throw when reading a file of the store failed for another reason than its absence. */
export const readError = (error: unknown, path: string): unknown =>
  isErrno(error, 'EACCES', 'EPERM', 'EISDIR', 'EFTYPE', 'EGROWN', 'EMFILE', 'ENFILE')
    ? new ProblemError(
        problem('store-unreadable', `cannot read ${path}: ${error.message}`, {
          hint: 'Give yourself the right to read the store, or choose another one with --store FOLDER.',
        }),
      )
    : error
