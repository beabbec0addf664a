import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../src/core/problem.js'
import { stream } from '../../src/core/random.js'
import { readRecipe } from '../../src/language/read.js'
import { createPlan } from '../../src/plan/create-plan.js'
import { openStore } from '../../src/store/open.js'
import { chooseEngine } from '../plan/rig.js'
import { mutated } from './mutations.js'
import { subjects, writeFiles, type Subject } from './subjects.js'

/** What came of one damaged recipe. */
export interface Outcome {
  readonly subject: string
  readonly text: string
  /** How far it came. */
  readonly stage: 'refused' | 'faulty' | 'clean'
  readonly codes: readonly string[]
  readonly problems: readonly Problem[]
  /** Of the processor. */
  readonly milliseconds: number
  /** What is wrong with the reading itself; absent where nothing is. */
  readonly complaint?: string
}

/** No sentence is longer, however much a file holds. */
const longest = 2000
const generic = /must match|schema|undefined|\[object|NaN/

/** Why a problem is no good: a place outside of the file, no frame, a sentence that says nothing. */
const unfit = ({ at, frame, message, hint, code }: Problem, lines: readonly string[]): string | undefined => {
  if (message.length > longest || (hint?.length ?? 0) > longest)
    return `${code} says too much: ${message.slice(0, 200)}`
  if (message.trim() === '' || generic.test(message)) return `${code}: ${message}`
  if (!at) return code === 'not-utf8' || code === 'too-large' ? undefined : `${code} has no place: ${message}`
  const [line, end] = [lines[at.line - 1], lines[at.endLine - 1]]
  const isInside =
    line !== undefined &&
    end !== undefined &&
    at.column >= 1 &&
    at.column <= line.length + 1 &&
    at.endColumn <= end.length + 1 &&
    (at.endLine > at.line || (at.endLine === at.line && at.endColumn >= at.column))
  if (!isInside) return `${code} at ${JSON.stringify(at)}: ${message}`
  if (!frame?.includes('^')) return `${code} without a frame`
  if (frame.length > 1000) return `${code} with a frame of ${frame.length} characters`
  return undefined
}

/** Reads and plans damaged recipes in a folder; `at(seed, index)` is the same one each time. */
export const examiner = async (folder: string) => {
  writeFiles(folder)
  const file = join(folder, 'recipe.yml')
  const store = await openStore(join(folder, '.trimtab'))

  const stages = async ({
    kinds,
  }: Subject): Promise<{ stage: Outcome['stage']; problems: readonly Problem[] }> => {
    const { recipe, problems } = await readRecipe({ file, kinds, cwd: folder })
    if (!recipe) return { stage: 'refused', problems }
    const plan = await createPlan({ recipe, kinds, store, engines: [], chooseEngine })
    for (const step of recipe.steps) {
      step.locate(['model', 'layers', 1, 'dense', 'units'])
      step.locate(['rules', 0, 'layers'], { start: 0, end: 400 })
    }
    const all = [...problems, ...plan.problems]
    return { stage: all.some(({ severity }) => severity === 'error') ? 'faulty' : 'clean', problems: all }
  }

  const examine = async (subject: Subject, bytes: Buffer): Promise<Outcome> => {
    writeFileSync(file, bytes)
    const text = bytes.toString('utf8').replace(/^\ufeff/, '')
    const began = process.cpuUsage()
    // The processor's time: others may be at work beside this.
    const taken = (): number => {
      const { user, system } = process.cpuUsage(began)
      return (user + system) / 1000
    }
    const outcome = { subject: subject.name, text }
    try {
      const { stage, problems } = await stages(subject)
      const milliseconds = taken()
      const lines = text.split('\n')
      const silent = stage === 'refused' && problems.length === 0 ? 'no recipe and no problem' : undefined
      const complaint = silent ?? problems.map(each => unfit(each, lines)).find(each => each !== undefined)
      return {
        ...outcome,
        stage,
        codes: problems.map(({ code }) => code),
        problems,
        milliseconds,
        ...(complaint === undefined ? {} : { complaint }),
      }
    } catch (error) {
      const complaint = error instanceof Error ? (error.stack ?? error.message) : String(error)
      return {
        ...outcome,
        stage: 'refused',
        codes: [],
        problems: [],
        milliseconds: taken(),
        complaint,
      }
    }
  }

  return {
    examine,
    at: (seed: number, index: number): Promise<Outcome> => {
      const random = stream(seed, 'mutation', index)
      const subject = subjects[index % subjects.length]!
      return examine(subject, mutated(subject.text, random))
    },
  }
}
