import type { InstanceId } from '../core/brand.js'
import type { EngineChoice, EngineName } from '../core/engine-name.js'
import { deriveSeed } from '../core/random.js'
import type { Result } from '../core/result.js'
import type { Recipe, Step, Variant } from '../language/recipe.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { Lock } from '../store/lock.js'
import type { Store } from '../store/store.js'
import { makeBinder } from './bindings.js'
import { addConditions } from './conditions.js'
import { lockedEngine, resolveEngines } from './engines.js'
import { expand, type Draft } from './expand.js'
import { fileReader, type FileMemory } from './files.js'
import { checkPromises } from './gate-promises.js'
import { planGates } from './gate-rows.js'
import { checkExpressions } from './gates.js'
import { inspectStep, type Inspected, type InspectionMemory } from './inspect.js'
import { identityOf } from './key.js'
import { lockedParts } from './locked.js'
import { machineClass } from './machine.js'
import { identityAt } from './micro-batches.js'
import { moduleIdentity, type ModuleIdentity } from './module-graph.js'
import { limitTo } from './only.js'
import { collectProblems } from './placed.js'
import type { Instance, Plan } from './plan.js'
import { predictAll } from './predict.js'
import { checkRoles } from './roles.js'
import { findStatuses } from './status.js'

/** `Report`: what a probe found of an engine; the planner only hands it on. */
export interface PlanningOptions<Report> {
  readonly recipe: Recipe
  readonly kinds: readonly AnyStepSpec[]
  readonly store: Store
  readonly engines: readonly Report[]
  /** `preferred`: what `auto` takes where it is available. */
  readonly chooseEngine: (
    asked: EngineName | 'auto',
    reports: readonly Report[],
    preferred?: EngineName,
  ) => Result<EngineChoice>
  /** The recipe's lock. Absent: there is none. */
  readonly lock?: Lock
  /** Instances or steps that are wanted, with all that they need. Absent: everything. */
  readonly only?: readonly string[]
  /** What earlier plans of this process learned of files that have not changed since. */
  readonly files?: FileMemory
  readonly inspections?: InspectionMemory
}

/** An inherited axis named seed stands for the recipe's; the step's own one is its seed as it is. */
const seedOf = (recipe: Recipe, step: Step, { seed, matrix }: Variant): number =>
  seed ??
  deriveSeed(typeof matrix['seed'] === 'number' ? matrix['seed'] : (step.from ?? recipe.seed), step.id)

/** Files, headers and plug-in modules of the steps that are wanted, all at once. */
const readFiles = async (
  drafts: readonly Draft[],
  problems: ReturnType<typeof collectProblems>,
  options: Pick<PlanningOptions<unknown>, 'recipe' | 'store' | 'files' | 'inspections'>,
) => {
  const { recipe, store, files, inspections } = options
  const mayRead = (path: string): boolean => recipe.mayRead(path)
  const read = fileReader(files, path => store.digestFile(path), mayRead)
  // Combinations that say the same share one config.
  const configs = new Map(drafts.map(({ step, spec, variant }) => [variant.config, { step, spec, variant }]))
  const inspected = new Map<Variant['config'], Inspected>()
  const inspecting = { read, mayRead, problems, ...(inspections ? { inspections } : {}) }
  const modules = new Map<string, ModuleIdentity>()
  const urls = new Set([...configs.values()].flatMap(({ spec }) => spec.module ?? []))
  await Promise.all([
    ...[...configs.values()].map(async ({ step, spec, variant: { config } }) => {
      inspected.set(config, await inspectStep(step, config, spec, inspecting))
    }),
    ...[...urls].map(async url => modules.set(url, await moduleIdentity(url, read))),
  ])
  return { inspected, modules }
}

/**
 * Recipe → plan: instances in topological order, their keys, what is there already, what each will make, and all
 * that can be found wrong before the first epoch. Reads the store and the headers of files; writes nothing
 * but what the store remembers of files, and loads no tensor library. A plan with an error among its problems must not run: poisoned steps have no instance,
 * and an edge to one names its step.
 */
export const createPlan = async <Report>(options: PlanningOptions<Report>): Promise<Plan> => {
  const { recipe, store, only, lock } = options
  const problems = collectProblems(recipe)
  const expanded = expand(recipe, problems)
  const binder = makeBinder(expanded, recipe)
  const all = addConditions(expanded, binder, problems)
  const drafts = only ? limitTo(only, all, recipe, problems) : all

  const preferred = lock && lockedEngine(lock, all, recipe.engine)
  const engines = resolveEngines(
    recipe.engine,
    [...new Set(drafts.map(({ step }) => step))],
    asked => options.chooseEngine(asked, options.engines, preferred),
    problems,
  )
  const machine = machineClass()
  const { inspected, modules } = await readFiles(drafts, problems, options)
  const filesOf = ({ variant }: Draft) => inspected.get(variant.config)!.files

  const identities = new Map<InstanceId, Instance['identity']>()
  for (const draft of drafts) {
    const { id, step, spec, variant } = draft
    const module = spec.module === undefined ? undefined : modules.get(spec.module)
    identities.set(
      id,
      identityOf({
        spec,
        config: variant.config,
        files: filesOf(draft),
        seed: seedOf(recipe, step, variant),
        engine: engines.of(step),
        machine,
        ...(module === undefined ? {} : { module }),
      }),
    )
  }
  const parts = lock ? lockedParts(drafts, identities, lock, machine) : new Map<InstanceId, number>()
  for (const [id, microBatch] of parts) identities.set(id, identityAt(identities.get(id)!, microBatch))
  const statuses = await findStatuses(drafts, identities, parts, store, problems)
  const outputs = predictAll(drafts, inspected, statuses, problems)
  checkRoles(drafts, outputs, problems)
  const gates = planGates(recipe, binder)
  checkExpressions(recipe, gates, all, problems)
  checkPromises(
    gates,
    drafts.filter(({ spec }) => spec.computes).map(({ step }) => engines.of(step).name),
    problems,
  )

  const instances = drafts.map((draft): Instance => {
    const { id, step, spec, variant, inputs, needs, after, when, outer, choice, about } = draft
    const status = statuses.get(id)!
    const microBatch = (status.type === 'hit' ? status.microBatch : undefined) ?? parts.get(id)
    const identity = identities.get(id)!
    return {
      id,
      step: step.id,
      kind: step.kind,
      spec,
      config: variant.config,
      inputs,
      needs,
      after,
      ...(when ? { when } : {}),
      outer,
      ...(choice ? { choice } : {}),
      axes: variant.labels,
      matrix: variant.matrix,
      files: filesOf(draft),
      identity: microBatch === undefined ? identity : identityAt(identity, microBatch),
      seed: seedOf(recipe, step, variant),
      engine: engines.of(step),
      threads: variant.resources.threads ?? 1,
      ...(variant.resources.gpus === undefined ? {} : { gpus: variant.resources.gpus }),
      ...(variant.resources.memory === undefined ? {} : { memoryLimit: variant.resources.memory }),
      ...(variant.timeout === undefined ? {} : { timeout: variant.timeout }),
      retries: variant.retries,
      ...(variant.onOutOfMemory === undefined ? {} : { onOutOfMemory: variant.onOutOfMemory }),
      ...(variant.checkpoint === undefined ? {} : { checkpoint: variant.checkpoint }),
      ...(microBatch === undefined ? {} : { microBatch }),
      status,
      outputs: outputs.get(id)!,
      ...(about === undefined ? {} : { about }),
      at: step.at,
    }
  })
  return {
    recipe,
    instances,
    gates,
    engine: engines.usual,
    machine,
    ...(lock ? { lock } : {}),
    problems: problems.all(),
  }
}
