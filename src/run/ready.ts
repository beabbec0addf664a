import type { Instance } from '../plan/plan.js'
import type { Lane } from './lanes/lane.js'

/** Instances whose inputs are all there, in the plan's order, and the cores or devices that running ones take. */
export interface Ready {
  add(instance: Instance): void
  /** The next one that fits beside what runs, taken off; undefined where none does. */
  next(): Instance | undefined
  /** It runs no more: its cores or devices are free. */
  done(instance: Instance): void
  running(): number
}

export const makeReady = (
  order: ReadonlyMap<string, number>,
  laneOf: (instance: Instance) => Lane,
): Ready => {
  const queues = new Map<Lane, Instance[]>()
  const alone: Instance[] = []
  const used = new Map<Lane, number>()
  let running = 0
  let isAlone = false

  const insert = (queue: Instance[], instance: Instance): void => {
    const at = order.get(instance.id)!
    let [low, high] = [0, queue.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (order.get(queue[middle]!.id)! < at) low = middle + 1
      else high = middle
    }
    queue.splice(low, 0, instance)
  }

  const take = (queue: Instance[], at: number): Instance => {
    const [instance] = queue.splice(at, 1) as [Instance]
    const lane = laneOf(instance)
    used.set(lane, (used.get(lane) ?? 0) + lane.shareOf(instance))
    running++
    isAlone = instance.spec.exclusive ?? false
    return instance
  }

  return {
    add: instance => {
      if (instance.spec.exclusive) return insert(alone, instance)
      const lane = laneOf(instance)
      const queue = queues.get(lane)
      if (queue) insert(queue, instance)
      else queues.set(lane, [instance])
    },
    next: () => {
      if (isAlone) return undefined
      for (const [lane, queue] of queues) {
        const free = lane.capacity - (used.get(lane) ?? 0)
        if (free === 0) continue
        const at = queue.findIndex(instance => lane.shareOf(instance) <= free)
        if (at >= 0) return take(queue, at)
      }
      // Exclusive ones wait until nothing else can go on: the rest of the work is not held up for them.
      return running === 0 && alone.length > 0 ? take(alone, 0) : undefined
    },
    done: instance => {
      const lane = laneOf(instance)
      used.set(lane, used.get(lane)! - lane.shareOf(instance))
      running--
      isAlone = false
    },
    running: () => running,
  }
}
