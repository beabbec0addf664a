import type { InstanceId } from '../core/brand.js'
import type { Instance } from '../plan/plan.js'
import type { ByAnother } from './other-runs.js'
import type { Lane } from './lanes/lane.js'
import { makeReady } from './ready.js'

/** `left-out`: it will not run, which is no failure; what follows decides for itself whether it can do without. */
type Settled = 'there' | 'failed' | 'skipped' | 'left-out'

/** An instance whose inputs were lost: these are made again, and then it is tried once more. */
export interface Again {
  readonly again: readonly Instance[]
}

export interface ScheduleOptions {
  /** In topological order; an input that is not among them is there already. */
  readonly instances: readonly Instance[]
  /** Go on with what does not depend on a failed step. */
  readonly keepGoing: boolean
  readonly laneOf: (instance: Instance) => Lane
  readonly interrupted: () => boolean
  /** Aborted once the run is: whoever waits for another run stops waiting. */
  readonly signal: AbortSignal
  /** Of everything that may have to be made, what was there from the start too. Absent: `instances`. */
  readonly all?: readonly Instance[]
  /** Makes an instance whose inputs are all there. */
  readonly make: (
    instance: Instance,
  ) => Promise<'there' | 'failed' | 'interrupted' | 'left-out' | Again | ByAnother>
  /** Called for each instance that is to be made again; `settled` follows once it is. */
  readonly reopened?: (instance: Instance) => void
  readonly skip: (instance: Instance, reason: string) => void
  /** Called once for each instance, whatever became of it. */
  readonly settled: (instance: Instance) => void
}

/** Instances that must have ended before this one: its inputs', its needs, and those whose metrics it reads. */
export const before = (instance: Instance): ReadonlySet<InstanceId> =>
  new Set([
    ...Object.values(instance.inputs).flatMap(edges => edges.map(edge => edge.instance)),
    ...instance.needs,
    ...instance.after,
  ])

/**
 * Makes every instance after what it needs, as many at once as its lane has cores for; exclusive ones alone, when
 * nothing else can go on. After a failure nothing new starts, unless it is to keep going; what runs is let finish.
 * What another run makes takes no core meanwhile, and comes up again when that has ended.
 */
export const schedule = async (options: ScheduleOptions): Promise<void> => {
  const { instances, keepGoing, laneOf, interrupted, make, skip } = options
  const awaitable = new Set(instances.map(({ id }) => id))
  const order = new Map((options.all ?? instances).map((instance, at) => [instance.id, at]))
  const ready = makeReady(order, laneOf)
  const after = new Map<InstanceId, Instance[]>()
  const missing = new Map<InstanceId, number>()
  for (const each of instances) {
    const awaited = [...before(each)].filter(id => awaitable.has(id))
    missing.set(each.id, awaited.length)
    if (awaited.length === 0) ready.add(each)
    for (const id of awaited) {
      const followers = after.get(id)
      if (followers) followers.push(each)
      else after.set(id, [each])
    }
  }

  const settled = new Set<InstanceId>()
  /** Who is tried once more after an instance that is made again. */
  const retried = new Map<InstanceId, Instance[]>()
  let firstFailed: InstanceId | undefined
  let fault: { readonly error: unknown } | undefined
  let wake = (): void => undefined
  let awaited = 0
  const giveUp = new AbortController()
  const goOn = (): boolean => !fault && !interrupted() && (keepGoing || firstFailed === undefined)

  const settle = (first: Instance, became: Settled): void => {
    const work: [Instance, Settled][] = [[first, became]]
    for (const [instance, how] of work) {
      settled.add(instance.id)
      options.settled(instance)
      // What follows an instance that was there once has counted it; only those that lost it wait.
      const followers = retried.get(instance.id) ?? after.get(instance.id) ?? []
      retried.delete(instance.id)
      for (const next of followers) {
        if (settled.has(next.id)) continue
        if (how === 'there' || how === 'left-out') {
          const left = missing.get(next.id)! - 1
          missing.set(next.id, left)
          if (left === 0) ready.add(next)
          continue
        }
        const reason = `needs "${instance.id}", which ${how === 'failed' ? 'failed' : 'was skipped'}`
        skip(next, interrupted() ? 'interrupted' : reason)
        settled.add(next.id)
        work.push([next, 'skipped'])
      }
    }
  }

  /** Takes no core meanwhile, and comes up again afterwards. */
  const waitFor = async (instance: Instance, other: ByAnother): Promise<void> => {
    awaited++
    try {
      await other.over(AbortSignal.any([options.signal, giveUp.signal]))
    } catch (error) {
      fault ??= { error }
    }
    awaited--
    ready.add(instance)
    wake()
  }

  const retryAfter = (instance: Instance, again: readonly Instance[]): void => {
    missing.set(instance.id, again.length)
    // Another process, or another instance's loss, had them made meanwhile.
    if (again.length === 0) ready.add(instance)
    for (const each of again) {
      const waiting = retried.get(each.id)
      if (waiting) waiting.push(instance)
      else {
        retried.set(each.id, [instance])
        options.reopened?.(each)
        ready.add(each)
      }
    }
  }

  const start = async (instance: Instance): Promise<void> => {
    try {
      const how = await make(instance)
      if (typeof how === 'object') {
        if ('again' in how) retryAfter(instance, how.again)
        else void waitFor(instance, how)
        return
      }
      if (how === 'failed') firstFailed ??= instance.id
      if (how === 'interrupted') skip(instance, 'interrupted')
      settle(instance, how === 'interrupted' ? 'skipped' : how)
    } catch (error) {
      fault ??= { error }
    } finally {
      ready.done(instance)
      wake()
    }
  }

  for (;;) {
    for (let next = goOn() && ready.next(); next; next = goOn() && ready.next()) void start(next)
    if (!goOn()) giveUp.abort()
    if (ready.running() === 0 && awaited === 0) break
    await new Promise<void>(resolve => (wake = resolve))
  }
  if (fault) throw fault.error
  for (const instance of instances) {
    if (settled.has(instance.id)) continue
    skip(instance, interrupted() ? 'interrupted' : `not started, since "${firstFailed}" failed`)
    settled.add(instance.id)
    options.settled(instance)
  }
}
