import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import picocolors from 'picocolors'
import type { Problem } from '../../src/core/problem.js'
import { projectOf } from '../../src/language/project.js'
import { readRecipe } from '../../src/language/read.js'
import { createPlan } from '../../src/plan/create-plan.js'
import { problemLines } from '../../src/report/problems.js'
import { builtInKinds } from '../../src/steps/index.js'
import { openStore } from '../../src/store/open.js'
import { kinds as fakeKinds } from '../language/kinds.js'
import { chooseEngine } from '../plan/rig.js'
import { emptyFolder } from '../rig.js'

/** The fixtures: `NAME.yml` beside what it prints, `NAME.txt`. */
export const fixtures = dirname(fileURLToPath(import.meta.url))

/** Words of a comment in a fixture: `# set: epochs=3 size=2`. */
const words = (text: string, name: string): string[] =>
  (new RegExp(`^# ${name}: (.*)$`, 'm').exec(text)?.[1] ?? '').split(' ').filter(Boolean)

const pairs = (text: string, name: string): Record<string, string> =>
  Object.fromEntries(words(text, name).map(each => each.split('=') as [string, string]))

/** `# plan` in the first line: the recipe is of the real kinds, and is planned too. */
const isPlanned = (text: string): boolean => /^# plan\b/.test(text)

const inFileOrder = (a: Problem, b: Problem): number =>
  (a.at?.line ?? Infinity) - (b.at?.line ?? Infinity) || (a.at?.column ?? 0) - (b.at?.column ?? 0) || 0

/** What a fixture prints, whole. The folder of the project is written as `PROJECT`. */
export const printed = async (folder: string, name: string): Promise<string> => {
  const file = join(folder, `${name}.yml`)
  const source = readFileSync(file, 'utf8')
  const kinds = isPlanned(source) ? builtInKinds : fakeKinds
  const read = await readRecipe({
    file,
    kinds,
    cwd: folder,
    set: pairs(source, 'set'),
    env: pairs(source, 'env'),
    paramsFiles: words(source, 'params'),
    trustPlugins: !/^# untrusted$/m.test(source),
  })
  const { recipe } = read
  let problems = read.problems
  if (recipe && isPlanned(source)) {
    const store = await openStore(emptyFolder())
    const plan = await createPlan({ recipe, kinds, store, engines: [], chooseEngine })
    problems = [...problems, ...plan.problems].sort(inFileOrder)
  }
  const text = problemLines(problems, picocolors.createColors(false), folder).join('\n')
  return `${text.replaceAll(projectOf(folder), 'PROJECT')}\n`
}
