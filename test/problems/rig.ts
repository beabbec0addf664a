import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import picocolors from 'picocolors'
import { projectOf } from '../../src/language/project.js'
import { readRecipe } from '../../src/language/read.js'
import { problemLines } from '../../src/report/problems.js'
import { kinds } from '../language/kinds.js'

/** The fixtures: `NAME.yml` beside what it prints, `NAME.txt`. */
export const fixtures = dirname(fileURLToPath(import.meta.url))

/** Words of a comment in a fixture: `# set: epochs=3 size=2`. */
const words = (text: string, name: string): string[] =>
  (new RegExp(`^# ${name}: (.*)$`, 'm').exec(text)?.[1] ?? '').split(' ').filter(Boolean)

const pairs = (text: string, name: string): Record<string, string> =>
  Object.fromEntries(words(text, name).map(each => each.split('=') as [string, string]))

/** What a fixture prints, whole. The folder of the project is written as `PROJECT`. */
export const printed = async (folder: string, name: string): Promise<string> => {
  const file = join(folder, `${name}.yml`)
  const text = readFileSync(file, 'utf8')
  const { problems } = await readRecipe({
    file,
    kinds,
    cwd: folder,
    set: pairs(text, 'set'),
    env: pairs(text, 'env'),
    paramsFiles: words(text, 'params'),
  })
  const lines = problemLines(problems, picocolors.createColors(false), folder).join('\n')
  return `${lines.replaceAll(projectOf(folder), 'PROJECT')}\n`
}
