import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { packageFolder } from '../core/home.js'
import { writeFileSafely } from '../store/write-file.js'

/** File of the starter → file of the example that it is copied from; npm drops a file named `.gitignore`. */
const files: Readonly<Record<string, string>> = {
  'recipe.yml': 'recipe.yml',
  'README.md': 'README.md',
  '.gitignore': 'gitignore',
}

/** What `init` would write. */
export const starterFiles = (): string[] => Object.keys(files)

/** Writes the starter project and gives the names of its files. Never overwrites: ask first. */
export const writeStarter = async (folder: string): Promise<string[]> => {
  const from = join(packageFolder(), 'examples/starter')
  for (const [name, source] of Object.entries(files)) {
    const target = join(folder, name)
    await mkdir(dirname(target), { recursive: true })
    await writeFileSafely(target, await readFile(join(from, source)))
  }
  return starterFiles()
}
