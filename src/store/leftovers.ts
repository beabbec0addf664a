import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileClock } from './file-clock.js'
import { lifeOf, thisWriter, writerIn, type Writer } from './writer.js'

/** Milliseconds after which an unfinished file belongs to nobody, whoever wrote it. */
const aDay = 24 * 3600 * 1000

/** An unfinished file that nobody will finish. */
export interface Leftover {
  readonly path: string
  readonly bytes: number
}

/**
 * Unfinished files of writers that are surely gone: their process has ended, or, where it cannot be looked at, the file
 * was not touched for a day by the file system's clock. Never one of a writer that lives.
 */
export const findLeftovers = async (
  folder: string,
  from: Writer = thisWriter(),
): Promise<readonly Leftover[]> => {
  const place = join(folder, 'tmp')
  const names = await readdir(place).catch(() => [])
  const unfinished = names.filter(name => name.endsWith('.tmp'))
  let now: number | undefined
  const found: Leftover[] = []
  for (const name of unfinished) {
    const writer = writerIn(name)
    const life = writer ? lifeOf(writer, from) : 'unknown'
    if (life === 'alive' || life === 'stopped') continue
    const path = join(place, name)
    const state = await stat(path).catch(() => undefined)
    if (!state?.isFile()) continue
    if (life === 'unknown') {
      now ??= await fileClock(folder)
      if (now - state.mtimeMs < aDay) continue
    }
    found.push({ path, bytes: state.size })
  }
  return found
}

/** Removes what killed processes left unfinished. It only makes room: a store that refuses keeps it. */
export const removeLeftovers = async (folder: string): Promise<void> => {
  try {
    for (const { path } of await findLeftovers(folder)) await unlink(path).catch(() => undefined)
  } catch {
    // The next run tries again.
  }
}
