import { setMaxListeners } from 'node:events'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { problem, ProblemError } from '../../core/problem.js'
import { remoteName, type RemoteAddress } from '../../core/remote-address.js'
import { isErrno } from '../file-problem.js'
import { writeFileSafely } from '../write-file.js'
import { timeFor, type Patience } from './patience.js'
import { absent, broken, refused, unreachable } from './remote-problem.js'
import type { Remote, Upload } from './remote.js'
import { writeStream } from './write-stream.js'

export interface FileOptions {
  readonly patience: Patience
  readonly signal?: AbortSignal
}

const chunk = 1024 * 1024

/** A folder, on this disk or on a mounted one. It is never made: an empty mount point must not be filled in its place. */
export const openFolder = (
  address: Extract<RemoteAddress, { readonly type: 'file' }>,
  { patience, signal }: FileOptions,
): Remote => {
  const { folder } = address
  const name = remoteName(address)
  const closing = new AbortController()
  // One for each request under way.
  setMaxListeners(0, closing.signal)
  const close = (): void => closing.abort()
  signal?.addEventListener('abort', close, { once: true })
  if (signal?.aborted) close()

  const asProblem = (error: unknown): unknown => {
    if (isErrno(error, 'EACCES', 'EPERM'))
      return new ProblemError(
        refused(name, error.message, 'Give yourself the right to read and write there.'),
      )
    if (isErrno(error, 'EIO', 'ESTALE', 'ETIMEDOUT', 'EHOSTDOWN', 'ENOTCONN', 'EREMOTEIO'))
      return new ProblemError(unreachable(name, error.message))
    return isErrno(error, 'ENAMETOOLONG', 'ELOOP', 'EISDIR')
      ? new ProblemError(broken(name, error.message))
      : error
  }

  /** A mounted disk may answer never: whoever waits goes on, though the system's call does not end. */
  const within = async <T>(work: () => Promise<T>, bytes = 0): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    let give = (): void => undefined
    const late = new Promise<never>((_, reject) => {
      give = (): void => reject(new ProblemError(unreachable(name, 'it was given up')))
      timer = setTimeout(
        () => reject(new ProblemError(unreachable(name, 'the disk does not answer'))),
        timeFor(patience, bytes),
      )
      closing.signal.addEventListener('abort', give, { once: true })
      if (closing.signal.aborted) give()
    })
    try {
      return await Promise.race([work(), late])
    } catch (error) {
      throw asProblem(error)
    } finally {
      clearTimeout(timer)
      closing.signal.removeEventListener('abort', give)
    }
  }

  /** Size of a plain file: to open a pipe would wait for ever. Undefined where there is none. */
  const sizeOf = async (path: string): Promise<number | undefined> => {
    try {
      const found = await stat(join(folder, path))
      return found.isFile() ? found.size : undefined
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error
      await mustBeThere()
      return undefined
    }
  }

  const mustBeThere = async (): Promise<void> => {
    const found = await stat(folder).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    })
    if (!found?.isDirectory())
      throw new ProblemError(
        absent(name, 'there is no such folder', 'Mount it, or make it: mkdir -p FOLDER.'),
      )
  }

  const copy = async (path: string, { file, bytes, digest }: Upload): Promise<void> => {
    const streamed = await writeStream(join(folder, path), createReadStream(file, { highWaterMark: chunk }), {
      folder: join(folder, 'tmp'),
      most: bytes,
      keep: each => each.digest === digest,
    })
    if (streamed.digest === digest) return
    throw new ProblemError(
      problem('object-damaged', `an object of the store no longer matches its digest: ${digest}`, {
        hint: `It was not pushed. Run again: ${file} is moved aside, and the step that made it is repeated.`,
      }),
    )
  }

  return {
    name,
    close,
    size: path => within(() => sizeOf(path)),
    read: (path, bytes) =>
      within(async () => {
        if ((await sizeOf(path)) === undefined) return undefined
        const stream = createReadStream(join(folder, path), { highWaterMark: chunk, signal: closing.signal })
        const timer = setTimeout(
          () => stream.destroy(new ProblemError(unreachable(name, 'the disk does not answer'))),
          timeFor(patience, bytes),
        )
        const chunks = async function* (): AsyncGenerator<Uint8Array> {
          try {
            for await (const each of stream) yield each as Uint8Array
          } catch (error) {
            throw closing.signal.aborted
              ? new ProblemError(unreachable(name, 'it was given up'))
              : asProblem(error)
          } finally {
            clearTimeout(timer)
          }
        }
        return { chunks: chunks(), cancel: () => void stream.destroy() }
      }),
    write: (path, content) =>
      within(
        async () => {
          await mustBeThere()
          await (content instanceof Uint8Array
            ? writeFileSafely(join(folder, path), content, { folder: join(folder, 'tmp') })
            : copy(path, content))
        },
        content instanceof Uint8Array ? content.length : content.bytes,
      ),
    list: async function* (below) {
      const found = await within(async () => {
        await mustBeThere()
        try {
          return await readdir(join(folder, below), { recursive: true, withFileTypes: true })
        } catch (error) {
          if (isErrno(error, 'ENOENT', 'ENOTDIR')) return []
          throw error
        }
      })
      const start = join(folder, '/').length
      for (const entry of found) {
        if (!entry.isFile()) continue
        const path = join(entry.parentPath, entry.name).slice(start)
        const bytes = await within(() => sizeOf(path))
        if (bytes !== undefined) yield { path, bytes }
      }
    },
  }
}
