import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ProblemError } from '../core/problem.js'
import { fileProblem, isErrno } from './file-problem.js'
import { writerTag } from './writer.js'

/** Of a target's name: with all that follows it the whole stays within what file systems take. */
const longest = 100

/** The path of an unfinished file that no other thread or process has; its name says whose it is. */
export const temporaryPath = (target: string, folder: string): string =>
  join(folder, `.${basename(target).slice(0, longest)}.${writerTag(randomBytes(6).toString('hex'))}.tmp`)

const writeSynced = async (path: string, bytes: Uint8Array, mode: number | undefined): Promise<void> => {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL)
  try {
    if (mode !== undefined) await file.chmod(mode)
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

const replace = async (
  target: string,
  bytes: Uint8Array,
  folder: string,
  mode: number | undefined,
): Promise<void> => {
  const temporary = temporaryPath(target, folder)
  try {
    await writeSynced(temporary, bytes, mode)
    await rename(temporary, target)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
}

/**
 * Writes a file whole or not at all: beside it under a name that no other thread or process has, synced, then
 * renamed over it. A kill in between leaves the old file and a `.tmp`; a power cut may lose the rename but never
 * tears the file. Missing folders are made. Throws ProblemError (`disk-full`, `store-read-only` …).
 * `folder`: where the unfinished file lies, on the same disk; absent: the target's own. `mode`: the file's rights;
 * absent: those of any new file.
 */
export const writeFileSafely = async (
  target: string,
  content: Uint8Array | string,
  folder: string = dirname(target),
  mode?: number,
): Promise<void> => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  try {
    await replace(target, bytes, folder, mode).catch(async (error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error
      await mkdir(folder, { recursive: true })
      await mkdir(dirname(target), { recursive: true })
      await replace(target, bytes, folder, mode)
    })
  } catch (error) {
    const found = fileProblem(error, target)
    if (found) throw new ProblemError(found)
    throw error
  }
}
