import type { Digest, InstanceId, Key } from '../core/brand.js'
import { measurementName, type Lock, type LockedStep } from '../store/lock.js'
import type { Store } from '../store/store.js'
import { differencesOf, namesOf } from './differences.js'
import { keyOf } from './key.js'
import { leftOf } from './left-out.js'
import { identityAt } from './micro-batches.js'
import type { Edge, Instance, Plan } from './plan.js'

/** One step in which a plan departs from what its lock holds. */
export interface Departure {
  readonly instance: InstanceId
  readonly how: 'added' | 'removed' | 'changed'
  /** In words: `config.epochs was 10, is 5`. */
  readonly why: string
}

/** What of an instance decides its place in a lock, and its key there. */
type Placed = Pick<Instance, 'id' | 'spec' | 'inputs' | 'needs'> & { readonly choice?: unknown }

/** Instances whose results hold for one class of machine: those of kinds that measure time, and all that takes from them. */
export const machineBound = ({
  instances,
}: {
  readonly instances: readonly Placed[]
}): ReadonlySet<InstanceId> => {
  const bound = new Set<InstanceId>()
  for (const { id, spec, inputs } of instances)
    if (
      spec.perMachine ||
      Object.values(inputs).some(edges => edges.some(({ instance }) => bound.has(instance)))
    )
      bound.add(id)
  return bound
}

/** What a lock holds of a plan's instances, as a class of machine sees it. */
export const lockedBy = (plan: { readonly instances: readonly Placed[] }, lock: Lock, machine: string) => {
  const bound = machineBound(plan)
  return (id: InstanceId): LockedStep | undefined => {
    const [from, name] = bound.has(id) ? [lock.measured, measurementName(id, machine)] : [lock.steps, id]
    return Object.hasOwn(from, name) ? from[name] : undefined
  }
}

/**
 * Keys that an instance may have if all that it takes from was made as the lock holds it: one, or of a choice one for
 * each candidate. Undefined where the lock does not hold an output that it takes.
 */
export const expectedKeys = (
  instance: Placed,
  locked: (id: InstanceId) => LockedStep | undefined,
  identity: Instance['identity'],
):
  | { readonly keys: readonly Key[]; readonly inputs: Readonly<Record<string, readonly Digest[]>> }
  | undefined => {
  const { inputs } = leftOf(instance, instance.spec, id => locked(id) === undefined)
  const artifactOf = ({ instance: from, output }: Edge): Digest | undefined =>
    locked(from)?.outputs?.[output]?.digest
  const digests: Record<string, Digest[]> = {}
  for (const [port, edges] of Object.entries(inputs)) {
    const found = edges.map(artifactOf)
    if (found.includes(undefined)) return undefined
    digests[port] = found as Digest[]
  }
  const keyed = (ports: Readonly<Record<string, readonly Digest[]>>): Key =>
    keyOf(
      { identity },
      Object.fromEntries(
        Object.entries(ports).map(([port, list]) => [port, list.map(digest => ({ artifact: { digest } }))]),
      ),
    ).key
  const keys = instance.choice
    ? Object.entries(digests).flatMap(([port, list]) => list.map(digest => keyed({ [port]: [digest] })))
    : [keyed(digests)]
  return { keys, inputs: digests }
}

/**
 * Of steps that may take their batches in parts (`onOutOfMemory`): how many examples at once came to the very key that
 * the lock holds. A machine of more memory then comes to what the lock says, and one of as little runs out of none.
 */
export const lockedParts = (
  drafts: readonly (Placed & { readonly variant: Pick<Instance, 'onOutOfMemory'> })[],
  identities: ReadonlyMap<InstanceId, Instance['identity']>,
  lock: Lock,
  machine: string,
): ReadonlyMap<InstanceId, number> => {
  const locked = lockedBy({ instances: drafts }, lock, machine)
  return new Map(
    drafts.flatMap((draft): (readonly [InstanceId, number])[] => {
      const [block, identity] = [locked(draft.id), identities.get(draft.id)]
      if (block?.microBatch === undefined || !identity || draft.variant.onOutOfMemory === undefined) return []
      const inParts = identityAt(identity, block.microBatch)
      const isIt = inParts !== identity && expectedKeys(draft, locked, inParts)?.keys.includes(block.key)
      return isIt ? [[draft.id, block.microBatch]] : []
    }),
  )
}

type Parts = Readonly<Record<string, unknown>>

/** Ports whose bytes, or whose number of inputs, are others than those that a key was made of. */
const otherInputs = (was: Parts, is: Readonly<Record<string, readonly Digest[]>>): string[] =>
  [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter(port => JSON.stringify(was[port] ?? []) !== JSON.stringify(is[port] ?? []))
    .map(port => `input ${port} is another`)

/** What the facts of a block tell by themselves, where the result that it names is not in the store. */
const ownDifferences = (block: LockedStep, instance: Instance): string[] => {
  const { seed, engine, kind } = instance.identity
  const was: Record<string, unknown> = { kind: block.kind }
  const is: Record<string, unknown> = { kind }
  const parts = instance.identity['microBatch']
  if (block.seed !== undefined || seed !== undefined) [was['seed'], is['seed']] = [block.seed, seed]
  if (block.engine ?? engine) [was['engine'], is['engine']] = [block.engine, engine]
  if (block.microBatch !== undefined || parts !== undefined) is['microBatch'] = parts
  const before = block.microBatch === undefined ? was : identityAt(was, block.microBatch)
  const told = differencesOf(before, is, namesOf(instance.files)).map(({ text }) => text)
  const known = new Set(Object.values(block.files ?? {}).map(({ digest }) => digest))
  const names = namesOf(instance.files)
  const fresh = [...names].filter(([digest]) => !known.has(digest)).map(([, name]) => name)
  return [...told, ...(fresh.length > 0 ? [`${fresh.join(', ')}: not the bytes that the lock names`] : [])]
}

const whyChanged = (
  instance: Instance,
  block: LockedStep,
  inputs: Readonly<Record<string, readonly Digest[]>>,
  store: Store,
): string => {
  const parts = store.results.peek(block.key)?.parts
  const told = parts
    ? [
        ...differencesOf(parts, instance.identity, namesOf(instance.files)).map(({ text }) => text),
        ...otherInputs((parts['inputs'] ?? {}) as Parts, inputs),
      ]
    : ownDifferences(block, instance)
  return told.length > 0
    ? told.join('; ')
    : 'its config, its inputs or what its kind does are others (the store no longer has what the lock names, to compare with)'
}

/**
 * Where a plan cannot come to what its lock holds, found before anything runs: each instance is given what the lock
 * says that it takes, so one step that changed does not drag along those below. What measures time on another class of
 * machine is not looked at. Instances whose `when` is still open are left to the end of the run.
 */
export const departuresOf = (plan: Plan, lock: Lock, store: Store): readonly Departure[] => {
  const bound = machineBound(plan)
  const locked = lockedBy(plan, lock, plan.machine)
  const byId = new Map(plan.instances.map(instance => [instance.id, instance]))
  const measuredSomewhere = new Set(Object.values(lock.measured).map(({ instance }) => instance))
  /** Below what the lock does not hold: nothing more can be told of these. */
  const below = new Set<InstanceId>()
  /** May be skipped by what is not known yet. */
  const open = new Set<InstanceId>()
  const departures: Departure[] = []
  for (const instance of plan.instances) {
    const { id, status, inputs, needs, outer, when } = instance
    const before = [...Object.values(inputs).flatMap(edges => edges.map(edge => edge.instance)), ...needs]
    if (status.type === 'pending' && (when || outer.length > 0 || before.some(each => open.has(each))))
      open.add(id)
    const block = locked(id)
    if (status.type === 'skipped') {
      if (block) departures.push({ instance: id, how: 'removed', why: `is skipped now: ${status.why}` })
      continue
    }
    if (!block) {
      // Of another class of machine only: nothing to hold it against.
      below.add(id)
      if (open.has(id) || (bound.has(id) && measuredSomewhere.has(id))) continue
      departures.push({ instance: id, how: 'added', why: 'is not in the lock file' })
      continue
    }
    const expected = expectedKeys(instance, locked, instance.identity)
    if (expected?.keys.includes(block.key)) continue
    if (!expected && before.some(each => below.has(each))) {
      below.add(id)
      continue
    }
    const why = expected
      ? whyChanged(instance, block, expected.inputs, store)
      : 'takes an output that the lock file does not hold'
    departures.push({ instance: id, how: 'changed', why })
  }
  for (const id of Object.keys(lock.steps))
    if (!byId.has(id) || bound.has(id))
      departures.push({
        instance: id,
        how: 'removed',
        why: 'is in the lock file, and no longer in the recipe',
      })
  for (const { instance } of Object.values(lock.measured))
    if (!bound.has(instance) && !departures.some(each => each.instance === instance))
      departures.push({ instance, how: 'removed', why: 'is in the lock file, and no longer in the recipe' })
  return departures
}
