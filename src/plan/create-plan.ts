import { fileURLToPath } from 'node:url'
import type { Digest, InstanceId } from '../core/brand.js'
import type { EngineChoice, EngineName } from '../core/engine-name.js'
import { deriveSeed } from '../core/random.js'
import type { Result } from '../core/result.js'
import type { Recipe, Step } from '../language/recipe.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { Store } from '../store/store.js'
import { resolveEngines } from './engines.js'
import { expand, type Draft } from './expand.js'
import { fileReader, type FileMemory } from './files.js'
import { checkGates } from './gates.js'
import { inspectStep, type Inspected, type InspectionMemory } from './inspect.js'
import { identityOf } from './key.js'
import { machineClass } from './machine.js'
import { limitTo } from './only.js'
import { collectProblems } from './placed.js'
import type { Instance, Plan } from './plan.js'
import { predictAll } from './predict.js'
import { findStatuses } from './status.js'

/** `Report`: what a probe found of an engine; the planner only hands it on. */
export interface PlanningOptions<Report> {
  readonly recipe: Recipe
  readonly kinds: readonly AnyStepSpec[]
  readonly store: Store
  readonly engines: readonly Report[]
  readonly chooseEngine: (asked: EngineName | 'auto', reports: readonly Report[]) => Result<EngineChoice>
  /** Instances or steps that are wanted, with all that they need. Absent: everything. */
  readonly only?: readonly string[]
  /** What earlier plans of this process learned of files that have not changed since. */
  readonly files?: FileMemory
  readonly inspections?: InspectionMemory
}

const seedOf = (recipe: Recipe, step: Step): number => step.seed ?? deriveSeed(recipe.seed, step.id)

/** Files, headers and plug-in modules of the steps that are wanted, all at once. */
const readFiles = async (
  drafts: readonly Draft[],
  problems: ReturnType<typeof collectProblems>,
  { files, inspections }: { readonly files?: FileMemory; readonly inspections?: InspectionMemory },
) => {
  const read = fileReader(files)
  const steps = new Map(drafts.map(({ step, spec }) => [step.id, { step, spec }]))
  const inspected = new Map<string, Inspected>()
  const modules = new Map<string, Digest>()
  await Promise.all(
    [...steps.values()].map(async ({ step, spec }) => {
      inspected.set(
        step.id,
        await inspectStep(step, spec, { read, problems, ...(inspections ? { inspections } : {}) }),
      )
      if (spec.module === undefined) return
      const found = await read(fileURLToPath(spec.module))
      if ('digest' in found) modules.set(spec.module, found.digest)
    }),
  )
  return { inspected, modules }
}

/**
 * Recipe → plan: instances in topological order, their keys, what is there already, what each will make, and all
 * that can be found wrong before the first epoch. Reads the store and the headers of files; writes nothing and
 * loads no tensor library. A plan with an error among its problems must not run: poisoned steps have no instance,
 * and an edge to one names its step.
 */
export const createPlan = async <Report>(options: PlanningOptions<Report>): Promise<Plan> => {
  const { recipe, store, only } = options
  const problems = collectProblems(recipe)
  const all = expand(recipe, problems)
  const drafts = only ? limitTo(only, all, recipe, problems) : all

  const engines = resolveEngines(
    recipe.engine,
    [...new Set(drafts.map(({ step }) => step))],
    asked => options.chooseEngine(asked, options.engines),
    problems,
  )
  const machine = machineClass()
  const { inspected, modules } = await readFiles(drafts, problems, options)
  const filesOf = ({ step }: Draft) => inspected.get(step.id)!.files

  const identities = new Map<InstanceId, Instance['identity']>()
  for (const draft of drafts) {
    const { id, step, spec } = draft
    const module = spec.module === undefined ? undefined : modules.get(spec.module)
    identities.set(
      id,
      identityOf({
        spec,
        config: step.config,
        files: filesOf(draft),
        seed: seedOf(recipe, step),
        engine: engines.of(step),
        machine,
        ...(module === undefined ? {} : { module }),
      }),
    )
  }
  const statuses = await findStatuses(drafts, identities, store, problems)
  const outputs = predictAll(drafts, inspected, statuses, problems)
  checkGates(recipe, all, problems)

  const instances = drafts.map((draft): Instance => {
    const { id, step, spec, inputs, needs, about } = draft
    return {
      id,
      step: step.id,
      kind: step.kind,
      spec,
      config: step.config,
      inputs,
      needs,
      files: filesOf(draft),
      identity: identities.get(id)!,
      seed: seedOf(recipe, step),
      engine: engines.of(step),
      threads: step.resources.threads ?? 1,
      ...(step.timeout === undefined ? {} : { timeout: step.timeout }),
      retries: step.retries,
      status: statuses.get(id)!,
      outputs: outputs.get(id)!,
      ...(about === undefined ? {} : { about }),
      at: step.at,
    }
  })
  return { recipe, instances, engine: engines.usual, machine, problems: problems.all() }
}
