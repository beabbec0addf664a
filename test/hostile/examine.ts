import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import type { Artifact } from '../../src/core/artifact.js'
import type { Digest, Key } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { noCheckpoints } from '../../src/core/checkpoint.js'
import { ProblemError, type Problem } from '../../src/core/problem.js'
import type { RunStep, StepContext } from '../../src/core/step-file.js'
import { openDataset } from '../../src/data/open.js'
import { readRecipe } from '../../src/language/read.js'
import { loadModel } from '../../src/model/store-model.js'
import { createPlan } from '../../src/plan/create-plan.js'
import { stepFileOf } from '../../src/plan/step-file.js'
import { run as runDataset } from '../../src/steps/dataset/run.js'
import { dataset } from '../../src/steps/dataset/spec.js'
import { run as runModel } from '../../src/steps/model/run.js'
import { model } from '../../src/steps/model/spec.js'
import { openStore } from '../../src/store/open.js'
import { chooseEngine } from '../plan/rig.js'
import type { HostileCase } from './case.js'
import { boundOf, measured } from './memory.js'

/** What came of one case. */
export interface Outcome {
  readonly what: string
  /** Refused by the plan, failed in the step, or read. */
  readonly stage: 'refused' | 'failed' | 'read'
  readonly codes: readonly string[]
  /** Of the processor. */
  readonly milliseconds: number
  /** Bytes that the process grew by at most. */
  readonly memory: number
  /** What is wrong with the reading itself; absent where nothing is. */
  readonly complaint?: string
}

const kinds = [dataset, model]
const runs: Readonly<Record<string, RunStep<never>>> = { dataset: runDataset, model: runModel }

const known = new Set(
  [...readFileSync(join(packageFolder(), 'docs/problems.md'), 'utf8').matchAll(/^\| `([\w-]+)`/gm)].map(
    ([, code]) => code!,
  ),
)
const generic = /undefined|\[object|\bNaN\b (?:bytes|numbers)|Infinity (?:bytes|numbers)|must match|ERR_/

const unfit = ({ code, message, hint, at }: Problem): string | undefined => {
  if (!known.has(code)) return `"${code}" is not documented: ${message}`
  if (message.length > 1000 || (hint?.length ?? 0) > 1000)
    return `${code} says too much: ${message.slice(0, 200)}`
  if (message.trim() === '' || generic.test(message)) return `${code}: ${message.slice(0, 300)}`
  return at && (at.line < 1 || at.column < 1) ? `${code} has no place: ${message}` : undefined
}

/** Reads a dataset back and walks through it. */
const checkDataset = async (
  artifact: Artifact,
  open: (digest: Digest) => Promise<Uint8Array>,
): Promise<string | undefined> => {
  const stored = await openDataset(artifact, open)
  const { description } = stored
  const size = description.shape.reduce((product, side) => product * side, 1)
  for (const [name, count] of Object.entries(description.examples)) {
    const part = stored.split(name as 'train')
    if (!part || part.count !== count) return `split ${name} has ${part?.count} of ${count} examples`
    for (const { x, labels, targets, count: taken } of part.batches(64)) {
      if (x.length !== taken * size) return `a batch of ${x.length} numbers for ${taken} examples of ${size}`
      if (!x.every(Number.isFinite)) return `a feature of ${name} is not finite`
      if (!targets.every(Number.isFinite)) return `a target of ${name} is not finite`
      if (labels.some(label => label < 0 || label >= (description.classes ?? 0)))
        return `a label of ${name} is no class`
      if (labels.length + targets.length === 0) return `${name} has neither labels nor targets`
    }
  }
  return undefined
}

const checkModel = async (
  artifact: Artifact,
  open: (digest: Digest) => Promise<Uint8Array>,
): Promise<string | undefined> => {
  const { weights } = await loadModel(artifact, open)
  for (const { name, data, shape } of weights) {
    if (data.length !== shape.reduce((product, side) => product * side, 1))
      return `weight ${name} has ${data.length} numbers`
    if (!data.every(Number.isFinite)) return `weight ${name} is not finite`
  }
  return undefined
}

/** Writes, plans and runs cases in a folder of its own. */
export const examiner = async (folder: string) => {
  const project = join(realpathSync(folder), 'project')
  const outside = join(realpathSync(folder), 'outside')
  const pipe = join(realpathSync(folder), 'pipe')
  if (!existsSync(pipe)) execFileSync('mkfifo', [pipe])
  const store = await openStore(join(folder, 'store'))

  const write = ({ files, links, kind, config }: HostileCase): void => {
    for (const each of [project, outside]) {
      rmSync(each, { recursive: true, force: true })
      mkdirSync(each, { recursive: true })
    }
    mkdirSync(join(project, '.git'))
    const first = [...files.values()][0]
    if (first) writeFileSync(join(outside, 'first'), first)
    for (const [name, bytes] of files) {
      const holds = name === 'model.json' && Buffer.from(bytes.subarray(0, 100_000)).includes('{OUTSIDE}')
      const text = holds ? Buffer.from(bytes).toString().replaceAll('{OUTSIDE}', outside) : bytes
      writeFileSync(join(project, name), text)
    }
    for (const [name, to] of links ?? []) {
      mkdirSync(dirname(join(project, name)), { recursive: true })
      symlinkSync(to.replace('{PIPE}', pipe), join(project, name))
    }
    writeFileSync(
      join(project, 'recipe.yml'),
      JSON.stringify({ trimtab: 1, steps: { read: { kind, ...config } } }),
    )
  }

  interface Came {
    readonly stage: Outcome['stage']
    readonly problems: readonly Problem[]
    /** Reads back what was made. */
    readonly check?: () => Promise<string | undefined>
  }
  const stages = async (): Promise<Came> => {
    const { recipe, problems } = await readRecipe({ file: 'recipe.yml', kinds, cwd: project })
    if (!recipe) return { stage: 'refused', problems }
    const plan = await createPlan({ recipe, kinds, store, engines: [], chooseEngine })
    const all = [...problems, ...plan.problems]
    const [instance] = plan.instances
    if (all.some(({ severity }) => severity === 'error') || !instance)
      return { stage: 'refused', problems: all }
    const objects = new Map<string, Uint8Array>()
    const context: StepContext = {
      open: async digest => objects.get(digest)!,
      put: async bytes => {
        const digest = digestOf(bytes)
        objects.set(digest, bytes)
        return digest
      },
      emit: () => undefined,
      log: () => undefined,
      cancelled: () => false,
      threads: () => 1,
      checkpoint: noCheckpoints,
    }
    try {
      const { outputs, problems: warned = [] } = await runs[instance.kind]!(
        stepFileOf(instance, '' as Key, {}) as never,
        context,
      )
      const artifact = Object.values(outputs)[0]!
      const open = (digest: Digest): Promise<Uint8Array> => context.open(digest)
      const check = (): Promise<string | undefined> =>
        instance.kind === 'dataset' ? checkDataset(artifact, open) : checkModel(artifact, open)
      return { stage: 'read', problems: [...all, ...warned], check }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      return { stage: 'failed', problems: error.problems }
    }
  }

  return async (hostile: HostileCase): Promise<Outcome> => {
    write(hostile)
    const began = process.cpuUsage()
    const taken = (): number => {
      const { user, system } = process.cpuUsage(began)
      return (user + system) / 1000
    }
    try {
      const { value, memory } = await measured(stages)
      const { stage, problems } = value
      const milliseconds = taken()
      const bytes = [...hostile.files.values()].reduce((sum, each) => sum + each.length, 0)
      const complaint =
        (await value.check?.()) ??
        problems.map(unfit).find(each => each !== undefined) ??
        (stage !== 'read' && problems.length === 0 ? 'no result and no problem' : undefined) ??
        (hostile.sound && stage !== 'read' ? `sound, and ${stage}: ${problems[0]?.message}` : undefined) ??
        (hostile.escapes && stage === 'read' ? 'read from outside of the project' : undefined) ??
        (memory > boundOf(hostile.files)
          ? `took ${Math.round(memory / 1e6)} MB for ${bytes} bytes`
          : undefined)
      return {
        what: hostile.what,
        stage,
        codes: problems.map(({ code }) => code),
        milliseconds,
        memory,
        ...(complaint === undefined ? {} : { complaint }),
      }
    } catch (error) {
      const complaint = error instanceof Error ? (error.stack ?? error.message) : String(error)
      return { what: hostile.what, stage: 'failed', codes: [], milliseconds: taken(), memory: 0, complaint }
    }
  }
}
