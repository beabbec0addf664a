import { createHash } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ProblemError } from '../../core/problem.js'
import { fileProblem, isErrno } from '../file-problem.js'
import { makeFolder, syncFolder } from '../sync-folder.js'
import { temporaryPath } from '../write-file.js'

/** What became of bytes that were to be written: `digest` is theirs, whether or not the file was kept. */
export interface Streamed {
  readonly bytes: number
  readonly digest: string
}

export interface StreamOptions {
  /** Where the file lies while it is unfinished, on the same disk. */
  readonly folder: string
  /** Bytes after which no more are taken. */
  readonly most: number
  /** Is it to be kept? Else nothing is left of it. */
  readonly keep: (streamed: Streamed) => boolean
}

/** Errors of what is read, as opposed to those of the disk that is written to. */
class ReadFault extends Error {
  readonly error: unknown
  constructor(error: unknown) {
    super('reading failed')
    this.error = error
  }
}

const reading = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    throw new ReadFault(error)
  }
}

/**
 * Writes what comes in pieces beside a file, hashing it, and renames it into place once it is whole, synced and to be
 * kept. Throws ProblemError of the disk (`disk-full` …), and whatever the pieces throw.
 */
export const writeStream = async (
  target: string,
  chunks: AsyncIterable<Uint8Array>,
  { folder, most, keep }: StreamOptions,
): Promise<Streamed> => {
  const temporary = temporaryPath(target, folder)
  try {
    await makeFolder(folder)
    const file = await open(temporary, 'wx')
    const hash = createHash('sha256')
    let bytes = 0
    try {
      for await (const chunk of reading(chunks)) {
        bytes += chunk.length
        if (bytes > most) break
        hash.update(chunk)
        let written = 0
        while (written < chunk.length) written += (await file.write(chunk, written)).bytesWritten
      }
      const streamed = { bytes, digest: `sha256:${hash.digest('hex')}` }
      if (bytes <= most && keep(streamed)) {
        await file.sync()
        await makeFolder(dirname(target))
        await rename(temporary, target)
        await syncFolder(dirname(target))
      } else await unlink(temporary)
      return streamed
    } finally {
      await file.close()
    }
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    if (error instanceof ReadFault) throw error.error
    const found = isErrno(error) ? fileProblem(error, target) : undefined
    throw found ? new ProblemError(found) : error
  }
}
