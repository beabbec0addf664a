import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Artifact } from '../../core/artifact.js'
import { problem, ProblemError } from '../../core/problem.js'
import { probeEngines } from '../../engine/probe.js'
import {
  decideReproduction,
  firstDifferent,
  type Change,
  type EnvironmentDifference,
  type StepComparison,
} from '../../judge/reproduction.js'
import { departuresOf, expectedKeys, lockedBy } from '../../plan/locked.js'
import { takenAs } from '../../plan/micro-batches.js'
import type { Instance, Plan } from '../../plan/plan.js'
import type { Lock, LockedStep } from '../../store/lock.js'
import type { InstanceRecord } from '../../store/run-record.js'
import type { Store } from '../../store/store.js'
import { lockOfRun } from '../lock-of-run.js'
import { runPlanned } from '../run.js'
import { planToRun } from '../validate.js'
import { compareRuns } from './compare-runs.js'
import {
  concernedOf,
  engineLacking,
  enginesHere,
  enginesOf,
  environmentDifferences,
  placeHere,
  toleranceOf,
  type Place,
} from './environment.js'
import type { Found, ReproduceOptions } from './options.js'

/** A lock's block in the words of a record; what it leaves out comes from the store where that has it, else from what came out now. */
const recordOf = (
  instance: Instance,
  locked: LockedStep,
  now: InstanceRecord | undefined,
  store: Store,
): InstanceRecord => {
  const kept = store.results.peek(locked.key)?.output.outputs
  const outputs = Object.entries(locked.outputs ?? {}).map(([name, output]): [string, Artifact] => {
    const known = kept?.[name]?.digest === output.digest ? kept[name] : undefined
    const storedBytes = Object.values(output.objects).reduce((sum, { bytes }) => sum + bytes, 0)
    return [name, known ?? { ...output, storedBytes, meta: now?.output?.outputs[name]?.meta ?? {} }]
  })
  return {
    instance: instance.id,
    step: instance.step,
    kind: instance.kind,
    status: 'finished',
    key: locked.key,
    config: instance.config,
    identity: {
      ...(locked.engine ? { engine: locked.engine } : {}),
      ...('module' in instance.identity ? { module: instance.identity['module'] } : {}),
    },
    inputs: Object.fromEntries(
      Object.entries(instance.inputs).map(([port, edges]) => [port, edges.map(edge => edge.instance)]),
    ),
    output: { outputs: Object.fromEntries(outputs), ...(locked.metrics ? { metrics: locked.metrics } : {}) },
  }
}

/** Departures that are more than another version of the engine. */
const changesOf = (plan: Plan, lock: Lock, store: Store): readonly Change[] => {
  const locked = lockedBy(plan, lock, plan.machine)
  const byId = new Map(plan.instances.map(instance => [instance.id, instance]))
  const isEngineAlone = (id: string): boolean => {
    const [instance, block] = [byId.get(id), locked(id)]
    if (!instance || !block?.engine) return false
    const identity = { ...instance.identity, engine: block.engine }
    return expectedKeys(instance, locked, identity)?.keys.includes(block.key) ?? false
  }
  return departuresOf(plan, lock, store)
    .filter(({ instance, how }) => !(how === 'changed' && isEngineAlone(instance)))
    .map(({ instance, why }) => ({ what: 'other', text: `"${instance}": ${why}`, steps: [instance] }))
}

/** Runs a lock's recipe as it stands beside it, in a clean store, and compares what comes out with what the lock holds. */
export const repeatLock = async (
  lock: Lock,
  path: string,
  store: Store,
  options: ReproduceOptions & { readonly cwd: string },
  folder: string,
): Promise<Found> => {
  const recipe = join(dirname(path), lock.recipe)
  if (!existsSync(recipe))
    throw new ProblemError(
      problem('reproduce-no-recipe', `${path} is the lock of ${lock.recipe}, which does not lie beside it`, {
        hint: 'A lock holds no texts: check the recipe out with it, or reproduce a run.',
      }),
    )
  const reports = await probeEngines()
  const asked = {
    recipe,
    cwd: options.cwd,
    env: {},
    set: options.set ?? {},
    store: join(folder, 'store'),
    ...(options.kinds ? { kinds: options.kinds } : {}),
    // What lies at a remote is no repetition.
    remote: 'none',
  }
  const whole = await planToRun(asked)
  if (!whole.ok || !whole.plan) throw new ProblemError(...whole.problems)
  const taken = (plan: Plan): Plan =>
    takenAs(plan, id => (Object.hasOwn(lock.steps, id) ? lock.steps[id]!.microBatch : undefined))
  const there = new Set(whole.plan.instances.map(({ id }) => id))
  // What measures time is of one machine; it is left out, as are steps that the recipe no longer has.
  const only = options.only ?? Object.keys(lock.steps).filter(id => there.has(id))
  const planned = await planToRun({ ...asked, only })
  if (!planned.ok || !planned.plan || !planned.store) throw new ProblemError(...planned.problems)
  const plan = taken(planned.plan)
  const wanted = new Set(plan.instances.map(({ id }) => id))
  const changed = changesOf(taken(whole.plan), lock, store).filter(
    ({ steps = [] }) => !options.only || steps.some(id => wanted.has(id)),
  )
  const inLock = plan.instances.filter(({ id }) => Object.hasOwn(lock.steps, id))
  const recorded = (now: ReadonlyMap<string, InstanceRecord>): readonly InstanceRecord[] =>
    inLock.map(instance => recordOf(instance, lock.steps[instance.id]!, now.get(instance.id), store))
  const was = recorded(new Map())

  const here = placeHere()
  const environment = (step?: StepComparison): readonly EnvironmentDifference[] => {
    const about = step ? was.filter(({ instance }) => instance === step.instance) : was
    const made = about.map(({ instance }) => lock.steps[instance]!.made)
    const place: Place =
      made.find(
        ({ trimtab, node, platform }) =>
          trimtab !== here.trimtab || node !== here.node || platform !== here.platform,
      ) ??
      made[0] ??
      here
    return environmentDifferences(
      place,
      here,
      { was: enginesOf(was), is: enginesHere(reports) },
      concernedOf(about, reports),
    )
  }
  const stop = (found: Pick<Found, 'verdict' | 'found'>): Found => ({
    ...found,
    steps: [],
    changed,
    environment: environment(),
    notes: [],
    problems: [],
  })
  const lacking = engineLacking(was, reports)
  if (lacking !== undefined) return stop({ verdict: 'another-environment', found: lacking })
  if (changed.length > 0 && !options.anyway)
    return stop(decideReproduction({ steps: [], changed, environment: [], interrupted: false }))

  const again = await runPlanned(plan, planned.store, {
    keepGoing: true,
    only,
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  })
  // A lock has the facts of models among their metrics.
  const made = lockOfRun(plan, again.instances)
  const is = again.instances.map((each): InstanceRecord => {
    const metrics = made.steps[each.instance]?.metrics
    return each.output
      ? { ...each, output: { outputs: each.output.outputs, ...(metrics ? { metrics } : {}) } }
      : each
  })
  const steps = await compareRuns({
    was: recorded(new Map(is.map(each => [each.instance, each]))),
    is,
    stores: { was: store, is: planned.store },
    leftOut: () => undefined,
    tolerance: each => toleranceOf(each, reports),
  })
  const differing = environment(firstDifferent(steps))
  const timed = Object.values(lock.measured).map(({ instance, kind }): StepComparison => ({
    instance,
    kind,
    type: 'not-compared',
    why: 'it measures time, which differs from run to run',
  }))
  return {
    ...decideReproduction({
      steps,
      changed,
      environment: differing,
      interrupted: again.outcome === 'interrupted',
    }),
    steps: [...steps, ...new Map(timed.map(each => [each.instance, each])).values()],
    changed,
    environment: differing,
    notes: [],
    problems: again.problems.filter(({ severity }) => severity === 'error'),
  }
}
