import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, rename, unlink, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ProblemError } from '../core/problem.js'
import { fileProblem, isErrno } from './file-problem.js'
import { makeFolder, syncMade } from './sync-folder.js'
import { writerTag } from './writer.js'

export interface WriteOptions {
  /** Where the unfinished file lies, on the same disk; absent: in the target's own folder. */
  readonly folder?: string
  /** The file's rights; absent: those of any new file. */
  readonly mode?: number
  /** Sets the time of change ten seconds back, so that any later writing shows in it, however soon it comes. */
  readonly setBack?: boolean
  /** Its name may be lost in a power cut: whoever relies on it syncs its folder. */
  readonly nameLater?: boolean
  /** What must be durable before the file is there, since it names it. Goes on while the bytes are written. */
  readonly first?: () => Promise<unknown>
}

/** Of a target's name: with all that follows it the whole stays within what file systems take. */
const longest = 100

/** The path of an unfinished file that no other thread or process has; its name says whose it is. */
export const temporaryPath = (target: string, folder: string): string =>
  join(folder, `.${basename(target).slice(0, longest)}.${writerTag(randomBytes(6).toString('hex'))}.tmp`)

/** By the disk's own clock, which over a network is not ours. */
const setTimeBack = async (file: FileHandle): Promise<void> => {
  const back = (await file.stat()).mtimeMs / 1000 - 10
  await file.utimes(back, back)
}

/** What is written one after the other. */
type Parts = readonly Uint8Array[]

const writeSynced = async (path: string, parts: Parts, { mode, setBack }: WriteOptions): Promise<void> => {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL)
  try {
    if (mode !== undefined) await file.chmod(mode)
    for (const part of parts) await file.writeFile(part)
    if (setBack) await setTimeBack(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

const replace = async (
  target: string,
  parts: Parts,
  folder: string,
  options: WriteOptions,
): Promise<void> => {
  const temporary = temporaryPath(target, folder)
  try {
    await Promise.all([writeSynced(temporary, parts, options), options.first?.()])
    await rename(temporary, target)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
  if (options.nameLater) return
  await syncMade(dirname(target))
}

/**
 * Writes a file whole or not at all: beside it under a name that no other thread or process has, synced, renamed over
 * it, and its folder synced: once this resolves, the file is there under its name, also after a power cut (but for
 * `nameLater`). A kill or a power cut in between leaves the old file, and may leave a `.tmp`; never a torn one. Missing folders are made. Throws
 * ProblemError (`disk-full`, `store-read-only` …).
 */
export const writeFileSafely = async (
  target: string,
  content: Uint8Array | string | Parts,
  options: WriteOptions = {},
): Promise<void> => {
  const parts =
    typeof content === 'string' ? [Buffer.from(content)] : content instanceof Uint8Array ? [content] : content
  const folder = options.folder ?? dirname(target)
  try {
    await replace(target, parts, folder, options).catch(async (error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error
      await makeFolder(folder)
      await makeFolder(dirname(target))
      await replace(target, parts, folder, options)
    })
  } catch (error) {
    const found = fileProblem(error, target)
    if (found) throw new ProblemError(found)
    throw error
  }
}
