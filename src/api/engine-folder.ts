import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isPart, wheelsFolder } from '../engine/native/build/fetch-wheel.js'
import { filesBelow } from '../engine/native/build/files-below.js'
import { enginesFolder } from '../engine/native/folder.js'
import { projectOf } from '../language/project.js'
import { lifeOf, writerIn, writerTag } from '../store/writer.js'
import { ownStore, storeFault } from './store-folder.js'
import { ProblemError } from '../core/problem.js'

/** Where this project's engines lie, and new ones go. Throws ProblemError (`store-outside`). */
export const projectEngines = (cwd = process.cwd()): string => {
  const found = enginesFolder(cwd)
  if (process.env['TRIMTAB_ENGINES'] || existsSync(found)) return found
  const project = projectOf(cwd)
  const fault = storeFault(project)
  if (fault) throw new ProblemError(fault)
  return join(ownStore(project), 'engines')
}

/** Where the wheels of unfinished builds lie, whole or begun. */
export const downloadsFolder = (engines: string): string => join(engines, '.downloads')

const isUnfinished = (name: string): boolean => name.startsWith('.building.') || name.startsWith('.gone.')

/** A folder of this process for what is not finished, or goes; its name says whose it is. */
export const unfinishedFolder = (engines: string, what: 'building' | 'gone'): string =>
  join(engines, `.${what}.${writerTag(randomBytes(4).toString('hex'))}.tmp`)

/** Days after which nobody is expected to go on with a build. */
const keptDays = 7

/** Ends with an unfinished build: its wheels, whole or begun, are kept for the next, the rest goes. */
export const discardBuild = async (engines: string, folder: string): Promise<void> => {
  const [wheels, downloads] = [wheelsFolder(folder), downloadsFolder(engines)]
  const names = (await readdir(wheels).catch(() => [])).filter(name => name.endsWith('.whl') || isPart(name))
  if (names.length > 0) await mkdir(downloads, { recursive: true })
  for (const name of names) await rename(join(wheels, name), join(downloads, name)).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
}

/** Removes what builds that did not come to their end left of wheels: all, or what none has gone on with for a week. Gives the bytes that are free again. */
export const removeDownloads = async (engines: string, which: 'all' | 'old'): Promise<number> => {
  const downloads = downloadsFolder(engines)
  let bytes = 0
  for (const name of await readdir(downloads).catch(() => [])) {
    const path = join(downloads, name)
    const found = await stat(path).catch(() => undefined)
    if (!found || (which === 'old' && Date.now() - found.mtimeMs < keptDays * 86_400_000)) continue
    await rm(path, { recursive: true, force: true })
    bytes += found.size
  }
  await rmdir(downloads).catch(() => undefined)
  return bytes
}

/** Removes what killed builds left; never that of a process that lives. */
export const removeDeadBuilds = async (engines: string): Promise<void> => {
  for (const name of (await readdir(engines).catch(() => [])).filter(isUnfinished)) {
    const writer = writerIn(name)
    if (!writer || lifeOf(writer) !== 'dead') continue
    await discardBuild(engines, join(engines, name)).catch(() => undefined)
  }
}

/** Puts a finished folder in its place; what was there goes. Two at once: the last one stays. */
export const publish = async (engines: string, folder: string, name: string): Promise<void> => {
  const target = join(engines, name)
  for (let tries = 0; ; tries++) {
    const old = unfinishedFolder(engines, 'gone')
    const moved = await rename(target, old).then(
      () => true,
      () => false,
    )
    try {
      await rename(folder, target)
      return
    } catch (error) {
      if (tries >= 8) throw error
    } finally {
      if (moved) await rm(old, { recursive: true, force: true })
    }
  }
}

/** Bytes of a folder's files; what lies behind links is not counted. */
export const folderBytes = async (folder: string): Promise<number> => {
  const sizes = await Promise.all(
    (await filesBelow(folder)).map(async file => (await stat(join(folder, file))).size),
  )
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}

/** The nearest folder at or above a path that is there. */
export const nearestFolder = (path: string): string => {
  let at = path
  while (!existsSync(at)) at = dirname(at)
  return at
}
