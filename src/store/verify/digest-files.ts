import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { codeFolder } from '../../core/home.js'
import { digestFile } from '../digest-file.js'

/** What a file holds, by content, or the system's code of why it cannot be read. */
export type Hashed = { readonly digest: string; readonly bytes: number } | { readonly error: string }

export interface ToHash {
  readonly path: string
  /** As far as is known before: so that threads get even shares. */
  readonly bytes: number
}

/** What a thread gets at once: small files by the dozen, large ones alone. */
const most = { files: 64, bytes: 16 * 1024 * 1024 }

/** Bytes below which starting threads costs more than they save. */
const little = 64 * 1024 * 1024

const makeBatches = <T extends ToHash>(files: readonly T[]): T[][] => {
  const batches: T[][] = []
  let [last, bytes] = [[] as T[], 0]
  for (const file of files) {
    if (last.length > 0 && (last.length === most.files || bytes + file.bytes > most.bytes)) {
      batches.push(last)
      ;[last, bytes] = [[], 0]
    }
    last.push(file)
    bytes += file.bytes
  }
  return last.length > 0 ? [...batches, last] : batches
}

const hashHere = async (path: string): Promise<Hashed> => {
  try {
    return await digestFile(path)
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code ?? String(error) }
  }
}

/** Works through batches in one thread; `next` gives them. */
const inThread = async <T extends ToHash>(
  next: () => readonly T[] | undefined,
  found: (file: T, hashed: Hashed) => void,
): Promise<void> => {
  const thread = new Worker(join(codeFolder(), 'store/verify/digest-thread.js'))
  try {
    for (let batch = next(); batch; batch = next()) {
      const paths = batch.map(({ path }) => path)
      const answered = once(thread, 'message')
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is no window
      thread.postMessage(paths)
      const [hashed] = (await answered) as [readonly Hashed[]]
      for (const [at, file] of batch.entries()) found(file, hashed[at]!)
    }
  } finally {
    await thread.terminate()
  }
}

/** Reads and hashes files on as many cores as there are; `found` is called for each, in no order. */
export const digestFiles = async <T extends ToHash>(
  files: readonly T[],
  found: (file: T, hashed: Hashed) => void,
): Promise<void> => {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total < little) {
    for (const file of files) found(file, await hashHere(file.path))
    return
  }
  // The largest first: a thread that gets it last would work alone.
  const batches = makeBatches([...files].sort((a, b) => b.bytes - a.bytes))
  let at = 0
  const next = (): readonly T[] | undefined => batches[at++]
  const threads = Math.min(availableParallelism(), batches.length)
  await Promise.all(Array.from({ length: threads }, () => inThread(next, found)))
}
