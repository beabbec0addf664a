import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a folder, with their paths from it. Links are not followed: Node's own recursive listing does from version 26 on. */
export const filesBelow = async (folder: string): Promise<string[]> => {
  const found: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) found.push(entry.name)
    else if (entry.isDirectory())
      for (const file of await filesBelow(join(folder, entry.name))) found.push(join(entry.name, file))
  }
  return found
}
