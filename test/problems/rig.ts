import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import picocolors from 'picocolors'
import { readRecipe } from '../../src/language/read.js'
import { problemLines } from '../../src/report/problems.js'
import { kinds } from '../language/kinds.js'

/** The fixtures: `NAME.yml` beside what it prints, `NAME.txt`. */
export const fixtures = dirname(fileURLToPath(import.meta.url))

/** Flags in a fixture's first line: `# set: epochs=3 size=2`. */
const flags = (text: string): Record<string, string> =>
  Object.fromEntries(
    (/^# set: (.*)$/m.exec(text)?.[1] ?? '')
      .split(' ')
      .filter(Boolean)
      .map(each => each.split('=') as [string, string]),
  )

/** What a fixture prints, whole. The folder of the project is written as `PROJECT`. */
export const printed = async (folder: string, name: string): Promise<string> => {
  const file = join(folder, `${name}.yml`)
  const { problems, recipe } = await readRecipe({
    file,
    kinds,
    cwd: folder,
    set: flags(readFileSync(file, 'utf8')),
  })
  const text = problemLines(problems, picocolors.createColors(false), folder).join('\n')
  return `${recipe ? text.replaceAll(recipe.project, 'PROJECT') : text}\n`
}
