import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { problem } from '../core/problem.js'
import { OtherFile, refuseOthers } from '../core/regular-file.js'
import { failed, ok, type Result } from '../core/result.js'
import { isErrno } from './file-problem.js'
import { lockPathOf, type Lock } from './lock.js'
import { parseLock, type FoundLock } from './parse-lock.js'
import { printLock } from './print-lock.js'
import { writeFileSafely } from './write-file.js'

/** Bytes that a lock may have: one of 10,000 instances has a tenth of it. */
const mostBytes = 64e6

/** What lies at the path itself; throws `OtherFile` where that is no regular file. */
const notFollowed = (path: string): { readonly size: number } => {
  const found = lstatSync(path)
  refuseOthers(found, path)
  return found
}

/** A lock file's text; undefined where there is none. */
const textOf = (path: string): Result<string | undefined> => {
  // An error with its stack for each recipe without a lock would be a waste.
  if (!existsSync(path)) return ok(undefined)
  try {
    // Writing it would put a file in the place of a link, and reading it may wait for a pipe.
    const { size } = notFollowed(path)
    if (size > mostBytes)
      return failed(problem('lock-unreadable', `${path} has ${size} bytes; a lock has at most ${mostBytes}`))
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return ok(undefined)
    if (error instanceof TypeError && !isErrno(error))
      return failed(problem('lock-unreadable', `${path} is no text in UTF-8`))
    if (error instanceof OtherFile)
      return failed(
        problem('lock-unreadable', `${path} is a link, a folder or a pipe, and not a file of its own`, {
          hint: 'Put the file itself there, or move it aside: a run writes a new one.',
        }),
      )
    if (isErrno(error)) return failed(problem('lock-unreadable', `cannot read ${path}: ${error.message}`))
    throw error
  }
}

/** A lock file by its own path; undefined where there is none. */
export const readLockFile = (path: string): Result<FoundLock | undefined> => {
  const text = textOf(path)
  return !text.ok || text.value === undefined ? (text as Result<undefined>) : parseLock(text.value, path)
}

/** The lock of a recipe, by the recipe's absolute path; undefined where there is none. */
export const readLockOf = (recipe: string): Result<FoundLock | undefined> => {
  const path = lockPathOf(recipe)
  const found = readLockFile(path)
  if (!found.ok || !found.value) return found
  const { recipe: named } = found.value.lock
  // A recipe that was renamed with its lock keeps it; one whose name is as good as another's does not take that one's.
  return named === basename(recipe) || !existsSync(join(dirname(recipe), named))
    ? found
    : failed(
        problem('lock-of-another', `${path} is the lock of ${named}, and not of ${basename(recipe)}`, {
          hint: 'Each recipe needs a name of its own: rename one.',
        }),
      )
}

/** Writes the lock of a recipe whole or not at all. Throws ProblemError where the folder takes no writes. */
export const writeLockOf = (recipe: string, lock: Lock): Promise<void> =>
  writeFileSafely(lockPathOf(recipe), printLock(lock))
