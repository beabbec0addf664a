import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from '../core/problem.js'

/** Something in a folder that a step must not be given. */
export class Astray extends Error {
  readonly fault: Pick<Fault, 'code' | 'message'>

  constructor(code: string, message: string) {
    super(message)
    this.name = 'Astray'
    this.fault = { code, message }
  }
}

/** Folders inside each other. */
const deepest = 100

/** Where a symbolic link leads; undefined where to nothing. */
const targetOf = async (path: string): Promise<string | undefined> => {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Every file below a folder, by name: what a step finds there, so symbolic links are followed. Throws `Astray` where one
 * leads out of what may be read or back into itself, and where something is neither file nor folder.
 */
export const filesBelow = async (folder: string, mayRead: (path: string) => boolean): Promise<string[]> => {
  const files: string[] = []

  const visit = async (path: string, trail: readonly string[]): Promise<void> => {
    const real = await realpath(path)
    if (trail.includes(real))
      throw new Astray('file-unreadable', `${path} is a symbolic link to a folder that it lies in`)
    if (trail.length > deepest)
      throw new Astray('file-unreadable', `${path} lies more than ${deepest} folders deep`)
    for (const entry of await readdir(path, { withFileTypes: true }))
      await take(join(path, entry.name), entry, [...trail, real])
  }

  const take = async (
    path: string,
    entry: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>,
    trail: readonly string[],
  ): Promise<void> => {
    if (entry.isFile()) files.push(path)
    else if (entry.isDirectory()) await visit(path, trail)
    else if (entry.isSymbolicLink()) {
      const target = await targetOf(path)
      if (target === undefined) return
      if (!mayRead(target))
        throw new Astray('path-outside', `${path} is a symbolic link out of the project, to ${target}`)
      await take(path, await stat(path), trail)
    } else throw new Astray('file-unreadable', `${path} is a pipe, a device or a socket, not a file`)
  }

  await visit(folder, [])
  return files.sort()
}
