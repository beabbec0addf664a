import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ProblemError } from '../core/problem.js'
import { fileProblem, isErrno } from './file-problem.js'

const beside = (path: string, folder: string): string =>
  join(folder, `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`)

/** What is written one after the other. */
type Parts = readonly Uint8Array[]

const writeSynced = async (path: string, parts: Parts, mode: number | undefined): Promise<void> => {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL)
  try {
    if (mode !== undefined) await file.chmod(mode)
    for (const part of parts) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

const replace = async (
  target: string,
  parts: Parts,
  folder: string,
  mode: number | undefined,
): Promise<void> => {
  const temporary = beside(target, folder)
  try {
    await writeSynced(temporary, parts, mode)
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
  content: Uint8Array | string | Parts,
  folder: string = dirname(target),
  mode?: number,
): Promise<void> => {
  const parts =
    typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
  try {
    await replace(target, parts, folder, mode).catch(async (error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error
      await mkdir(folder, { recursive: true })
      await mkdir(dirname(target), { recursive: true })
      await replace(target, parts, folder, mode)
    })
  } catch (error) {
    const found = fileProblem(error, target)
    if (found) throw new ProblemError(found)
    throw error
  }
}
