import { isDeepStrictEqual } from 'node:util'
import type { InstanceId } from '../core/brand.js'
import { differenceOf } from '../core/promise.js'
import { departuresOf, expectedKeys, lockedBy, machineBound } from '../plan/locked.js'
import { partsText } from '../plan/micro-batches.js'
import type { Instance, Plan } from '../plan/plan.js'
import { emptyLock, type Lock, type LockedMeasurement, type LockedStep } from '../store/lock.js'
import type { Store } from '../store/store.js'

/** How much figures of an instance may differ from run to run: the largest relative difference that an engine behind it allows. 0: not at all. */
export const tolerancesOf = (
  { instances }: Pick<Plan, 'instances'>,
  toleranceOf: (instance: Pick<Instance, 'engine' | 'config'>) => number,
): ReadonlyMap<InstanceId, number> => {
  const found = new Map<InstanceId, number>()
  for (const instance of instances) {
    const { id, inputs, spec } = instance
    const before = Object.values(inputs).flatMap(edges => edges.map(edge => found.get(edge.instance) ?? 0))
    found.set(id, Math.max(0, ...before, spec.computes ? toleranceOf(instance) : 0))
  }
  return found
}

const isNear = (was: number, is: number, tolerance: number): boolean => differenceOf([was], [is]) <= tolerance

const typesOf = ({ outputs = {} }: LockedStep): string =>
  JSON.stringify(
    Object.entries(outputs)
      .map(([name, { type }]) => `${name} ${type}`)
      .sort(),
  )

/** What two blocks differ in, in words; empty where they say the same. `made` is nobody's business. */
const differencesOfBlocks = (was: LockedStep, is: LockedStep, tolerance = 0): string[] => {
  const told: string[] = []
  if (was.kind !== is.kind) told.push(`kind was ${was.kind}, is ${is.kind}`)
  if (tolerance === 0 && was.microBatch !== is.microBatch) told.push(partsText(was.microBatch, is.microBatch))
  if (tolerance === 0 && was.key !== is.key) told.push('its key is another')
  if (was.engine?.name !== is.engine?.name || (tolerance === 0 && was.engine?.version !== is.engine?.version))
    told.push(
      `engine was ${was.engine?.name ?? 'none'} ${was.engine?.version ?? ''}, is ${is.engine?.name ?? 'none'} ${is.engine?.version ?? ''}`,
    )
  const outputs = new Set([...Object.keys(was.outputs ?? {}), ...Object.keys(is.outputs ?? {})])
  if (typesOf(was) !== typesOf(is)) told.push('its outputs are others')
  else if (tolerance === 0)
    for (const name of outputs)
      if (!isDeepStrictEqual(was.outputs?.[name], is.outputs?.[name]))
        told.push(`output ${name} has other bytes`)
  const [before, now] = [was.metrics ?? {}, is.metrics ?? {}]
  for (const split of new Set([...Object.keys(before), ...Object.keys(now)]))
    for (const metric of new Set([...Object.keys(before[split] ?? {}), ...Object.keys(now[split] ?? {})])) {
      const [old, fresh] = [before[split]?.[metric], now[split]?.[metric]]
      if (old === undefined || fresh === undefined || !isNear(old, fresh, tolerance))
        told.push(
          `${split === 'model' ? '' : `${split}.`}${metric} was ${old ?? 'absent'}, is ${fresh ?? 'absent'}`,
        )
    }
  return told
}

const digestsOf = ({ files = {} }: LockedStep): string =>
  Object.values(files)
    .map(({ digest }) => digest)
    .sort()
    .join()

export interface NextLock {
  readonly lock: Lock
  /** Blocks that are others than before, with what differs. */
  readonly changes: readonly {
    readonly instance: InstanceId
    readonly how: 'added' | 'removed' | 'changed'
    readonly why: string
  }[]
}

export interface NextOptions {
  readonly plan: Plan
  readonly store: Store
  /** The lock as it stands; undefined: there is none. */
  readonly before: Lock | undefined
  /** What the run made. */
  readonly made: Lock
  readonly tolerances: ReadonlyMap<InstanceId, number>
  /** Where files lie says nothing: paths were given from outside. */
  readonly foreignPaths: boolean
}

/** A measurement of another class of machine counts as long as it is one of this very recipe. */
const isCurrent = (block: LockedMeasurement, plan: Plan, lock: Lock): boolean => {
  const instance = plan.instances.find(({ id }) => id === block.instance)
  if (!instance) return false
  const { machine, engine } = block
  const identity = {
    ...instance.identity,
    ...('machine' in instance.identity ? { machine } : {}),
    ...('engine' in instance.identity && engine ? { engine } : {}),
  }
  return expectedKeys(instance, lockedBy(plan, lock, machine), identity)?.keys.includes(block.key) ?? false
}

/**
 * What the lock is after a run. A block that says the same stays as it stands, with the versions that first made it:
 * on an engine that promises no bits, figures within its promise say the same. Measurements stay while the key is the
 * same, since times are never the same twice; those of other classes of machine stay while the recipe is.
 */
export const nextLock = (options: NextOptions): NextLock => {
  const { plan, store, made, tolerances, foreignPaths } = options
  const before = options.before ?? emptyLock(made.recipe)
  const bound = machineBound(plan)
  const departed = new Set(departuresOf(plan, before, store).map(({ instance }) => instance))
  const changes: NextLock['changes'][number][] = []

  const settle = (id: InstanceId, was: LockedStep | undefined, is: LockedStep): LockedStep => {
    if (!was) {
      changes.push({ instance: id, how: 'added', why: 'is not in the lock file' })
      return is
    }
    if (bound.has(id) && was.key === is.key) return was
    const tolerance = departed.has(id) ? 0 : (tolerances.get(id) ?? 0)
    const told = bound.has(id)
      ? tolerance > 0
        ? []
        : ['its key is another']
      : differencesOfBlocks(was, is, tolerance)
    if (told.length === 0 && digestsOf(was) !== digestsOf(is)) told.push('its files are others')
    if (told.length === 0 && !foreignPaths && !isDeepStrictEqual(was.files, is.files))
      told.push('its files lie elsewhere')
    if (told.length === 0 && was.seed !== is.seed) told.push(`seed was ${was.seed}, is ${is.seed}`)
    if (told.length === 0) return was
    changes.push({ instance: id, how: 'changed', why: told.join('; ') })
    return is
  }
  const at = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
    Object.hasOwn(map, name) ? map[name] : undefined
  const steps = Object.fromEntries(
    Object.entries(made.steps).map(([id, block]) => [id, settle(id, at(before.steps, id), block)]),
  )
  const own = Object.fromEntries(
    Object.entries(made.measured).map(([name, block]) => [
      name,
      settle(block.instance, at(before.measured, name), block) as LockedMeasurement,
    ]),
  )
  const whole: Lock = { ...made, accepted: before.accepted, steps, measured: { ...before.measured, ...own } }
  const others = Object.entries(before.measured).filter(
    ([, block]) => block.machine !== plan.machine && isCurrent(block, plan, whole),
  )
  const lock: Lock = { ...whole, measured: { ...Object.fromEntries(others), ...own } }
  const gone = [
    ...Object.keys(before.steps).filter(id => !Object.hasOwn(lock.steps, id)),
    ...Object.entries(before.measured).flatMap(([name, { instance }]) =>
      Object.hasOwn(lock.measured, name) ? [] : [instance],
    ),
  ]
  for (const instance of gone)
    changes.push({ instance, how: 'removed', why: 'is in the lock file, and was not made' })
  return { lock, changes }
}
