import { lstatSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageFolder } from '../core/home.js'
import { fail } from '../core/problem.js'

/** File of the starter → file of the example that it is copied from; npm drops a file named `.gitignore`. */
const files: Readonly<Record<string, string>> = {
  'recipe.yml': 'recipe.yml',
  'README.md': 'README.md',
  '.gitignore': 'gitignore',
}

/** What `init` would write. */
const starterFiles = (): string[] => Object.keys(files)

const errnoOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

/** Does anything lie there, be it a link to nothing? */
const isTaken = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // Its folder is none, which making it will tell.
    return false
  }
}

/**
 * Writes the starter project and gives the names of its files. Never overwrites, nor writes through a link: throws
 * ProblemError (`init-in-the-way`) where something lies at one of their places, before anything is written.
 */
export const writeStarter = async (folder: string): Promise<string[]> => {
  const taken = starterFiles()
    .map(name => join(folder, name))
    .filter(isTaken)
  if (taken.length > 0)
    fail(
      'init-in-the-way',
      `Nothing was written: ${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} there already`,
      'Name another folder.',
    )
  const from = join(packageFolder(), 'examples/starter')
  try {
    await mkdir(folder, { recursive: true })
    for (const [name, source] of Object.entries(files))
      await writeFile(join(folder, name), await readFile(join(from, source)), { flag: 'wx' })
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EEXIST' || code === 'ENOTDIR')
      return fail('init-in-the-way', `${folder} is not a folder that can be written to`, 'Name another one.')
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      return fail('init-in-the-way', `${folder} may not be written to (${code})`, 'Name another folder.')
    throw error
  }
  return starterFiles()
}
