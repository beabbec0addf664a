import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileProblem, isErrno } from './file-problem.js'
import { syncFolder } from './sync-folder.js'

/** A name that nothing has yet: what was damaged before stays as it is. */
const freeName = (folder: string, name: string): string => {
  for (let at = 0; ; at++) {
    const path = join(folder, at === 0 ? name : `${name}.${at}`)
    if (!existsSync(path)) return path
  }
}

/**
 * Moves a damaged file of the store to `damaged/` and says where. Several may find the same damage at once: who comes
 * second finds nothing to move. Undefined where the store takes no writes: it stays where it is.
 */
export const moveAside = async (
  folder: string,
  path: string,
  name = basename(path),
): Promise<string | undefined> => {
  const aside = freeName(join(folder, 'damaged'), name)
  try {
    await mkdir(join(folder, 'damaged'), { recursive: true })
    await rename(path, aside)
    await syncFolder(dirname(path))
  } catch (error) {
    if (!isErrno(error, 'ENOENT') && !fileProblem(error, aside)) throw error
    if (existsSync(path)) return undefined
  }
  return aside
}

/** For a hint: where a damaged file is now. */
export const whereMoved = (aside: string | undefined): string =>
  aside === undefined ? 'It could not be moved: the store takes no writes' : `It was moved to ${aside}`
