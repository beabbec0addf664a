import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
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

const making = new Map<string, Promise<void>>()
/** One after the other: what one finds made may not be durable before another is done. */
let last: Promise<unknown> = Promise.resolve()

const make = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/** Makes a folder with its parents, each durable by name, where they are not there yet. */
export const makeFolder = (folder: string): Promise<void> => {
  const there = making.get(folder)
  if (there) return there
  const made = last.then(() => make(folder)).finally(() => making.delete(folder))
  last = made.catch(() => undefined)
  making.set(folder, made)
  return made
}

/** Syncs a folder, which someone else of this process may just be making. */
export const syncMade = async (folder: string): Promise<void> => {
  await making.get(folder)
  await syncFolder(folder)
}
