import { readdirSync, realpathSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { problem, ProblemError, type Problem } from '../core/problem.js'
import { isWithin } from '../language/paths.js'

/** The folder of a project's own store. */
export const ownStore = (project: string): string => join(project, '.trimtab')

/** A path without symbolic links; undefined where nothing lies there. */
const realOf = (path: string): string | undefined => {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** What lies in the store by a link. */
const linksIn = (folder: string): string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isSymbolicLink())
      .map(({ name }) => join(folder, name))
  } catch {
    return []
  }
}

/**
 * Why a project's own store is not used: it, or a folder in it, is a symbolic link that leads out of the project. Who
 * made the project would choose where a run writes. A store that is named on the command line may lie anywhere.
 */
export const storeFault = (project: string): Problem | undefined => {
  const folder = ownStore(project)
  const home = realOf(project) ?? project
  const astray = [folder, ...linksIn(folder)].find(path => !isWithin(home, realOf(path) ?? path))
  if (astray === undefined) return undefined
  return problem(
    'store-outside',
    `${relative(project, astray)} is a symbolic link out of the project (${project}), to ${realOf(astray)}`,
    { hint: `If the store is meant to lie there, name it: \`--store ${realOf(folder)}\`.` },
  )
}

/**
 * The folder of the store that a command means: the one that was named, from `cwd`, else the project's own. Throws
 * ProblemError (`store-outside`) where that leads out of the project.
 */
export const storeFolder = (project: string, named: string | undefined, cwd = process.cwd()): string => {
  if (named !== undefined) return resolve(cwd, named)
  const fault = storeFault(project)
  if (fault) throw new ProblemError(fault)
  return ownStore(project)
}
