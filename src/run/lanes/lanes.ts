import { availableParallelism, totalmem } from 'node:os'
import type { Digest } from '../../core/brand.js'
import type { Device, FoundDevices } from '../../core/device.js'
import type { Instance } from '../../plan/plan.js'
import { deviceLane } from './device-lane.js'
import { makeLane, type Lane } from './lane.js'
import type { Host } from './host.js'
import { pinTo, withoutDevices } from './pins.js'
import { processHost } from './process-host.js'
import { threadHost } from './thread-host.js'

export interface LaneSettings {
  /** Steps at once (cores, for a step that uses several). Absent: as many as there are cores. */
  readonly workers?: number
  /** `process`: every step in a process of its lane. Absent: `TRIMTAB_LANE`, else threads, but for engines of native code. */
  readonly lane?: 'process'
  /**
   * Limit of a worker's JavaScript heap. Absent: `TRIMTAB_HEAP`, else a share of this machine's memory. Node ends a thread that reaches it,
   * with 16 MB to spare; one array or map that grows by more than that at once ends the whole process (V8 has no other
   * way), which in a lane of processes is its step's problem alone.
   */
  readonly heapMegabytes?: number
  /** Bytes above which a worker is replaced after its step. Absent: a share of this machine's memory. */
  readonly budget?: number
  /** Milliseconds without a sign of life after which a lane's process counts as hung. Absent: a minute. */
  readonly silence?: number
  /** The GPUs of this machine. Absent: none that are known of. */
  readonly devices?: FoundDevices
}

export interface Lanes {
  of(instance: Pick<Instance, 'spec' | 'engine' | 'gpus'>): Lane
  close(): Promise<void>
}

const mebi = 1024 * 1024

/** Bytes that this process may use: a container's limit where there is one. */
const memoryHere = (): number => {
  const limit = process.constrainedMemory() ?? 0
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}

/** Megabytes that the environment allows a worker's heap; undefined where it says nothing sensible. */
const heapAsked = (): number | undefined => {
  const asked = Number(process.env['TRIMTAB_HEAP'])
  return asked >= 64 ? Math.floor(asked) : undefined
}

/** The lanes of one run. None starts a thread or a process before a step needs it. */
export const openLanes = (
  settings: LaneSettings,
  open: (digest: Digest) => Promise<SharedArrayBuffer>,
): Lanes => {
  const workers = Math.max(1, Math.floor(settings.workers ?? availableParallelism()))
  const share = memoryHere() / 2 / workers
  const heapMegabytes =
    settings.heapMegabytes ?? heapAsked() ?? Math.round(Math.min(4096, Math.max(512, share / mebi)))
  const budget = settings.budget ?? Math.min(2048 * mebi, Math.max(512 * mebi, share))
  const silence = settings.silence ?? 60_000
  const { devices, how } = settings.devices ?? { devices: [], how: 'nobody looked for GPUs' }
  const child = (env?: Readonly<Record<string, string>>): Host =>
    processHost({ heapMegabytes, silence, ...(env ? { env } : {}) })

  const compute = makeLane({
    name: 'compute',
    capacity: workers,
    budget,
    host: () => threadHost({ heapMegabytes, open }),
  })
  const isolated = makeLane({ name: 'process', capacity: workers, budget, host: () => child() })
  // Native code that computes on the processor takes all of its cores: one step at a time.
  const alone = (name: string, env?: Readonly<Record<string, string>>): Lane =>
    makeLane({ name, capacity: 1, budget, host: () => child(env) })
  const gpus = deviceLane({
    name: 'gpu',
    devices,
    how,
    budget,
    host: (pinned: readonly Device[]) => child(pinTo(pinned, process.env)),
  })
  // Where no GPU was found nothing is hidden either: the engine looks for itself.
  const native = devices.length > 0 ? gpus : alone('gpu')
  const adapter = alone('gpu')
  const processor = alone('native', withoutDevices)
  const forced = settings.lane === 'process' || process.env.TRIMTAB_LANE === 'process'
  const lanes = new Set([compute, isolated, gpus, native, adapter, processor])

  return {
    of: ({ spec, engine, gpus: asked }) => {
      const usesDevice = spec.lane === 'gpu'
      if (usesDevice && engine.name === 'webgpu') return adapter
      if (asked !== undefined && asked > 0) return gpus
      if (usesDevice && engine.name === 'native') return asked === 0 ? processor : native
      return forced ? isolated : compute
    },
    close: async () => {
      await Promise.all([...lanes].map(lane => lane.close()))
    },
  }
}
