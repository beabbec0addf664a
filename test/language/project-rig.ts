import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readRecipe } from '../../src/language/read.js'
import { builtInKinds } from '../../src/steps/index.js'
import { pipeline } from '../../src/steps/pipeline/spec.js'
import { emptyFolder } from '../rig.js'
import { kinds } from './kinds.js'

/** Writes the files of a project and reads one of its recipes. `short`: code and place of each problem. `all`: with the kinds that come with Trimtab, not those of the tests. */
export const readAll = async (files: Readonly<Record<string, string>>, file = 'recipe.yml', all = false) => {
  const folder = realpathSync(emptyFolder())
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  mkdirSync(join(folder, '.git'))
  const { recipe, problems } = await readRecipe({
    file,
    cwd: folder,
    kinds: all ? builtInKinds : [...kinds, pipeline],
  })
  const short = problems.map(
    ({ code, at }) => `${code} ${at ? `${at.file.slice(folder.length + 1)}:${at.line}` : '-'}`,
  )
  return { recipe: recipe!, problems, short, folder }
}
