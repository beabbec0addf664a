import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

const marks = (folder: string): boolean => {
  if (existsSync(join(folder, '.git'))) return true
  try {
    return readdirSync(folder).some(name => name.startsWith('trimtab.config.'))
  } catch {
    return false
  }
}

/** The project that a folder belongs to: the nearest one above with `trimtab.config.*` or `.git`, else itself. Symlinks resolved. */
export const projectOf = (folder: string): string => {
  let start = folder
  try {
    start = realpathSync(folder)
  } catch {
    // A folder that is not there has no project but itself.
  }
  for (let at = start; ; at = dirname(at)) {
    if (marks(at)) return at
    if (dirname(at) === at) return start
  }
}
