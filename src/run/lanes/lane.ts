import type { Assignment, Ended } from '../worker/protocol.js'
import { ranOutOfMemory } from '../worker/crash.js'
import { makeCoreShare } from './cores.js'
import type { Hooks, Host } from './host.js'

/** What of an instance says how much of a lane it takes. */
export interface Wants {
  readonly threads: number
  /** Devices; absent: as many as its kind and engine take. */
  readonly gpus?: number
}

/** Where steps run: as many hosts as steps may run at once. */
export interface Lane {
  readonly name: string
  /** Cores that its steps share; of a lane of devices, these. */
  readonly capacity: number
  /** How much of the capacity a step takes while it runs. */
  shareOf(wants: Wants): number
  /** `fresh`: in a thread or process that ran nothing before. */
  run(assignment: Assignment, hooks: Hooks, fresh?: boolean): Promise<Ended>
  /** Resolves when no thread and no process of it is left. */
  close(): Promise<void>
}

export interface LaneOptions {
  readonly name: string
  readonly capacity: number
  /** A host that holds more than this after a step is started anew: wasm memory never shrinks. */
  readonly budget: number
  readonly host: () => Host
}

/** Is a host fit for another step after this one? What crashed, or ran out of memory, may have left anything behind. */
export const isClean = (ended: Ended, budget: number): boolean =>
  ended.memory <= budget &&
  (ended.type === 'done' ||
    (ended.type === 'failed' &&
      !ranOutOfMemory(ended.problems) &&
      !ended.problems.some(({ code }) => code === 'step-crashed')))

/** A lane over hosts of one sort, made when they are first needed. The most recently used is taken first: it is the warmest. */
export const makeLane = ({ name, capacity, budget, host }: LaneOptions): Lane => {
  const all: Host[] = []
  const idle: Host[] = []
  const cores = makeCoreShare(capacity)
  const take = (): Host => {
    const warm = idle.pop()
    if (warm) return warm
    const made = host()
    all.push(made)
    return made
  }
  return {
    name,
    capacity,
    // A step that may use more cores than the lane has runs with nothing of its lane beside it.
    shareOf: ({ threads }) => Math.min(Math.max(1, threads), capacity),
    run: async (assignment, hooks, fresh = false) => {
      const taken = take()
      const own = cores.enter(assignment.step.threads)
      try {
        if (fresh) await taken.renew()
        const ended = await taken.run(assignment, { ...hooks, cores: own })
        if (!isClean(ended, budget)) await taken.renew()
        return ended
      } finally {
        own.leave()
        idle.push(taken)
      }
    },
    close: async () => {
      await Promise.all(all.map(each => each.renew()))
    },
  }
}
