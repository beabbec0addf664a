import type { Problem } from '../core/problem.js'
import { chooseEngine } from '../engine/ladder.js'
import { findDevices } from '../engine/devices.js'
import { probeEngines } from '../engine/probe.js'
import type { EngineReport } from '../engine/engine.js'
import { readRecipe } from '../language/read.js'
import type { Recipe } from '../language/recipe.js'
import { createPlan } from '../plan/create-plan.js'
import type { FileMemory } from '../plan/files.js'
import type { InspectionMemory } from '../plan/inspect.js'
import { asksForGpus, checkGpus } from '../plan/gpus.js'
import { checkMicroBatches } from '../plan/micro-batches.js'
import { checkMixedPrecision } from '../plan/mixed-precision.js'
import { machineRoom, preflight } from '../plan/preflight.js'
import type { Plan } from '../plan/plan.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { builtInKinds } from '../steps/index.js'
import type { Store } from '../store/store.js'
import { bringWanted } from './bring-wanted.js'
import { openStoreFor } from './connect.js'
import type { FoundLock } from '../store/parse-lock.js'
import type { PlanOptions } from './options.js'
import { whyNotOwn } from './own.js'
import { readLock } from './read-lock.js'
import { ownStore, storeFault } from './store-folder.js'
import { unboundInputs } from './unbound-inputs.js'

export interface Planned {
  /** True where nothing is wrong: warnings may stand in `problems`. */
  readonly ok: boolean
  /** Absent where the file is no recipe at all. */
  readonly recipe?: Recipe
  readonly plan?: Plan
  readonly store?: Store
  /** The recipe's lock file, as it stood; absent: there is none, or it cannot be read. */
  readonly lock?: FoundLock
  /** What makes this another than the recipe's own plan, so that it has nothing to do with the lock file. */
  readonly notOwn?: string
  /** The built-in ones, those that were given, and those of the recipe's plug-ins. */
  readonly kinds: readonly AnyStepSpec[]
  readonly problems: readonly Problem[]
}

const isError = (problem: Problem): boolean => problem.severity === 'error'

/** The recipe from its top down, then the files that it names; what has no place comes last. */
const inFileOrder =
  (recipe: string) =>
  (a: Problem, b: Problem): number => {
    const file = (each: Problem): string => (each.at?.file === recipe ? '' : (each.at?.file ?? ''))
    return (
      Number(!a.at) - Number(!b.at) ||
      (file(a) < file(b) ? -1 : file(a) > file(b) ? 1 : 0) ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0)
    )
  }

/** What a process that plans again and again remembers from one time to the next. */
export interface Memory {
  readonly engines?: readonly EngineReport[]
  readonly files?: FileMemory
  readonly inspections?: InspectionMemory
  /** The store that an earlier plan of the same recipe opened, with what it learned of a remote. */
  readonly store?: Store
  /** True once nobody waits for the plan any more. */
  readonly isStale?: () => boolean
}

/** Reading and planning may find the same fault at the same place. */
const distinct = (problems: readonly Problem[]): Problem[] => [
  ...new Map(
    problems.map(problem => [JSON.stringify([problem.code, problem.message, problem.at]), problem]),
  ).values(),
]

/** Recipe → plan: everything that can be known before the first epoch. Loads no tensor library; writes nothing but what the store remembers of files. Asks the remote, if there is one, what is there. */
export const plan = async (options: PlanOptions, memory: Memory = {}): Promise<Planned> => {
  const cwd = options.cwd ?? process.cwd()
  const kinds = [...builtInKinds, ...(options.kinds ?? [])]
  const read = await readRecipe({
    file: options.recipe,
    kinds,
    cwd,
    set: options.set ?? {},
    sweep: options.sweep ?? {},
    paramsFiles: options.paramsFiles ?? [],
    env: options.env ?? process.env,
    trustPlugins: options.trustPlugins ?? true,
    ...(options.allow ? { allow: options.allow } : {}),
    ...(options.open ? { open: options.open } : {}),
  })
  if (!read.recipe || memory.isStale?.()) return { ok: false, kinds: read.kinds, problems: read.problems }
  const recipe = options.engine === undefined ? read.recipe : { ...read.recipe, engine: options.engine }
  const astray = options.store === undefined ? storeFault(recipe.project) : undefined
  if (astray) return { ok: false, recipe, kinds: read.kinds, problems: [...read.problems, astray] }
  const opened = memory.store
    ? { store: memory.store, problems: [] }
    : await openStoreFor(options.store ?? ownStore(recipe.project), options, recipe.store)
  const { store } = opened
  const locked = readLock(recipe.file)
  const lock = locked.ok ? locked.value : undefined
  const created = await createPlan({
    recipe,
    ...(lock ? { lock: lock.lock } : {}),
    kinds: read.kinds,
    store,
    engines: memory.engines ?? (await probeEngines()),
    chooseEngine,
    ...(options.only ? { only: options.only } : {}),
    ...(memory.files ? { files: memory.files } : {}),
    ...(memory.inspections ? { inspections: memory.inspections } : {}),
  })
  const made = preflight(created, await machineRoom(store.folder))
  const gpus = asksForGpus(made) ? await findDevices(options.env) : { devices: [], how: '' }
  const problems = distinct([
    ...read.problems,
    ...opened.problems,
    ...made.problems,
    ...checkGpus(made, gpus),
    ...checkMicroBatches(made),
    ...checkMixedPrecision(made),
    ...locked.problems,
    ...(store.exchange?.problems() ?? []),
  ]).sort(inFileOrder(recipe.file))
  const notOwn = whyNotOwn(recipe, read.recipe.engine, options)
  return {
    ok: !problems.some(isError),
    recipe,
    plan: made,
    store,
    ...(lock ? { lock } : {}),
    ...(notOwn === undefined ? {} : { notOwn }),
    kinds: read.kinds,
    problems,
  }
}

/** A plan that may run: the same, and nothing that its steps take from outside is missing. */
export const planToRun = async (options: PlanOptions): Promise<Planned> => {
  const planned = await bringWanted(await plan(options), store => plan(options, { store }))
  const { recipe, plan: made } = planned
  if (!recipe || !made || recipe.inputs.length === 0) return planned
  const named = new Set(
    made.instances.flatMap(({ inputs, needs }) => [
      ...Object.values(inputs).flatMap(edges => edges.map(({ instance }) => instance)),
      ...needs,
    ]),
  )
  const wanted = recipe.inputs.filter(({ name }) => !options.only || named.has(name))
  const unbound = unboundInputs(wanted, at => recipe.frame(at))
  if (unbound.length === 0) return planned
  return { ...planned, ok: false, problems: [...planned.problems, ...unbound].sort(inFileOrder(recipe.file)) }
}

/** Checks a recipe, whole, and gives all that is wrong with it. */
export const validate = async (
  options: PlanOptions,
): Promise<{ readonly ok: boolean; readonly problems: readonly Problem[] }> => {
  const { ok, problems } = await plan({ ...options, remote: 'none' })
  return { ok, problems }
}
