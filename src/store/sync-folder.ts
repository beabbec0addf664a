import { open } from 'node:fs/promises'
import { isErrno } from './file-problem.js'

interface Syncing {
  readonly done: Promise<void>
  /** For those who came after it began: what they renamed may not be in it. */
  next?: Promise<void>
}

const syncing = new Map<string, Syncing>()

const sync = async (folder: string): Promise<void> => {
  try {
    const opened = await open(folder, 'r')
    try {
      await opened.sync()
    } finally {
      await opened.close()
    }
  } catch (error) {
    // Windows opens no folder, some network disks sync none: their names are as durable as they make them.
    if (!isErrno(error, 'EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS', 'EBADF')) throw error
  }
}

const begin = (folder: string): Promise<void> => {
  const done = sync(folder).finally(() => {
    if (syncing.get(folder)?.done === done) syncing.delete(folder)
  })
  syncing.set(folder, { done })
  return done
}

/** Makes the names of a folder durable, as syncing a file does its bytes. Those who ask at once share a sync. */
export const syncFolder = (folder: string): Promise<void> => {
  const running = syncing.get(folder)
  if (!running) return begin(folder)
  const again = (): Promise<void> => begin(folder)
  return (running.next ??= running.done.then(again, again))
}
