import type { ArtifactType, Metrics, ObjectRef } from '../core/artifact.js'
import type { Digest, InstanceId, Key } from '../core/brand.js'
import type { EngineChoice } from '../core/engine-name.js'

/** An output as it was made: its artifact's digest, and the objects that it consists of. */
export interface LockedOutput {
  readonly type: ArtifactType
  readonly digest: Digest
  /** Payload: for a model its weights with their scales. */
  readonly bytes: number
  readonly objects: Readonly<Record<string, ObjectRef>>
}

/** What one instance was made of, and what came of it. */
export interface LockedStep {
  readonly kind: string
  readonly key: Key
  /** Of a kind that draws: the root of its random streams. */
  readonly seed?: number
  /** Of a kind that computes. */
  readonly engine?: EngineChoice
  /** Examples that it took at once, where memory ran out for a whole batch of them. Absent: all. */
  readonly microBatch?: number
  /** By which versions, on which platform, this was first made or checked. Told to people, compared by nobody. */
  readonly made: { readonly trimtab: string; readonly node: string; readonly platform: string }
  /** The user's files that it read: by path from the recipe's folder. */
  readonly files?: Readonly<Record<string, ObjectRef>>
  readonly outputs?: Readonly<Record<string, LockedOutput>>
  /** By split; facts of a model itself stand under `model`. */
  readonly metrics?: Metrics
}

/** Milliseconds of a forward pass. */
export interface LockedLatency {
  readonly p50: number
  readonly p95: number
  /** Time of the reference by its own, round by round: above 1 is faster. */
  readonly ratio: number
}

/** An instance that holds for one class of machine, or takes from one that does. */
export interface LockedMeasurement extends LockedStep {
  readonly instance: InstanceId
  readonly machine: string
  readonly latency?: Readonly<Record<InstanceId, LockedLatency>>
}

/** A value that somebody accepted as the one to hold later ones against. */
export interface Baseline {
  readonly value: number
  /** Data split that it was measured on; absent for facts of the model itself, and for times. */
  readonly split?: string
  /** Class of machine of a measured time. */
  readonly machine?: string
  /** Who accepted it: as git names its user. */
  readonly by: string
  /** When, in ISO 8601, UTC. */
  readonly at: string
  readonly why?: string
  /** The run that measured it. */
  readonly run: string
  /** Commit of that run, where it is known. */
  readonly commit?: string
  /** True: the working tree differed from that commit. */
  readonly dirty?: true
}

/** What a recipe made and measured, and what was accepted of it: `recipe.lock.yml`, committed beside `recipe.yml`. */
export interface Lock {
  readonly version: 1
  /** Name of the recipe's file, which lies beside. */
  readonly recipe: string
  /** By the metric's name as gates resolve it: `int8.accuracy`. */
  readonly accepted: Readonly<Record<string, Baseline>>
  readonly steps: Readonly<Record<InstanceId, LockedStep>>
  /** By `INSTANCE on MACHINE`. */
  readonly measured: Readonly<Record<string, LockedMeasurement>>
}

export const emptyLock = (recipe: string): Lock => ({
  version: 1,
  recipe,
  accepted: {},
  steps: {},
  measured: {},
})

/** `recipe.yml` → `recipe.lock.yml`, beside it. */
export const lockPathOf = (recipe: string): string => `${recipe.replace(/\.(?:ya?ml|json)$/i, '')}.lock.yml`

/** Name of a measurement's block. */
export const measurementName = (instance: InstanceId, machine: string): string => `${instance} on ${machine}`
