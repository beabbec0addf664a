import type { Device } from '../../core/device.js'
import { problem } from '../../core/problem.js'
import { isClean, type Lane } from './lane.js'
import type { Host } from './host.js'

export interface DeviceLaneOptions {
  readonly name: string
  readonly devices: readonly Device[]
  /** How the devices were looked for, for a step that asks for more. */
  readonly how: string
  /** A host that holds more than this after a step is started anew. */
  readonly budget: number
  /** A host that sees these devices and no others. */
  readonly host: (devices: readonly Device[]) => Host
}

interface Seat {
  readonly devices: readonly Device[]
  readonly host: Host
}

const nameOf = (devices: readonly Device[]): string => devices.map(({ pin }) => pin).join(',')

/**
 * A lane of devices: each has a process of its own, which sees no other, so that a crash in native code fails the step
 * of one device, and several devices run several steps at once. A step that asks for several gets a process that sees
 * these; processes that hold memory of one of them are ended before.
 */
export const deviceLane = ({ name, devices, how, budget, host }: DeviceLaneOptions): Lane => {
  const free = [...devices].reverse()
  const seats = new Map<string, Seat>()

  const takeDevices = (count: number): readonly Device[] => {
    // The one that was used last is the warmest; several are taken as they come.
    const taken = free.splice(free.length - count, count)
    return taken.sort((a, b) => devices.indexOf(a) - devices.indexOf(b))
  }

  const seatOf = async (taken: readonly Device[]): Promise<Seat> => {
    const seat = seats.get(nameOf(taken)) ?? { devices: taken, host: host(taken) }
    seats.set(nameOf(taken), seat)
    const holding = [...seats.values()].filter(
      each => each !== seat && each.devices.some(device => taken.includes(device)),
    )
    await Promise.all(holding.map(each => each.host.renew()))
    return seat
  }

  return {
    name,
    capacity: Math.max(1, devices.length),
    shareOf: ({ gpus = 1 }) => Math.min(Math.max(1, gpus), Math.max(1, devices.length)),
    run: async (assignment, hooks, fresh = false) => {
      const count = Math.max(1, assignment.step.gpus ?? 1)
      if (count > devices.length)
        return { type: 'failed', memory: 0, problems: [gpusMissing(assignment.step.instance, count, how)] }
      const taken = takeDevices(count)
      try {
        const seat = await seatOf(taken)
        if (fresh) await seat.host.renew()
        const ended = await seat.host.run(assignment, hooks)
        if (!isClean(ended, budget)) await seat.host.renew()
        return ended
      } finally {
        free.push(...[...taken].reverse())
      }
    },
    close: async () => {
      await Promise.all([...seats.values()].map(each => each.host.renew()))
    },
  }
}

/** A step that asks for more GPUs than there are. `how`: what was found. */
const gpusMissing = (instance: string, count: number, how: string) =>
  problem('gpus-missing', `"${instance}" asks for ${count} GPU${count === 1 ? '' : 's'}: ${how}`, {
    hint: 'Run it on a machine that has them, or change `resources.gpus`.',
  })
