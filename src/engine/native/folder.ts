import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * Where built engines lie, one folder each: `TRIMTAB_ENGINES`, else `.trimtab/engines` of the nearest folder at or above
 * `from` that has one, else of `from` itself. It need not exist.
 */
export const enginesFolder = (from = process.cwd(), env: NodeJS.ProcessEnv = process.env): string => {
  const named = env['TRIMTAB_ENGINES']
  if (named !== undefined && named !== '') return resolve(from, named)
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, '.trimtab', 'engines')
    if (existsSync(folder)) return folder
    if (dirname(at) === at) return join(from, '.trimtab', 'engines')
  }
}
