import { mkdir, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from './file-problem.js'
import { temporaryPath } from './write-file.js'

/**
 * What time it is for the file system on which a store lies, in milliseconds: that of a file written just now. Ages of
 * files are told by it alone, since the clocks of hosts that share a folder differ, and any clock may be set back.
 * Errors are the file system's own.
 */
export const fileClock = async (folder: string): Promise<number> => {
  const place = join(folder, 'tmp')
  const path = temporaryPath('clock', place)
  try {
    await writeFile(path, 'now').catch(async (error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error
      await mkdir(place, { recursive: true })
      await writeFile(path, 'now')
    })
    return (await stat(path)).mtimeMs
  } finally {
    await unlink(path).catch(() => undefined)
  }
}
