import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Puts the files of a case where they outlast the next one. */
export const keepCase = (folder: string, keep: string, name: string): void => {
  rmSync(join(keep, name), { recursive: true, force: true })
  cpSync(join(folder, 'project'), join(keep, name), { recursive: true, verbatimSymlinks: true })
}
