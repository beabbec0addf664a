import type { Artifact, Metrics } from './artifact.js'
import type { Digest, InstanceId, Key } from './brand.js'
import type { Checkpoints, Rhythm } from './checkpoint.js'
import type { EngineChoice } from './engine-name.js'
import type { Problem } from './problem.js'
import type { Progress } from './event.js'

/** The file of a user's that a config names, checked and hashed by the planner. `path` is absolute. */
export interface FileRef {
  readonly path: string
  readonly digest: Digest
  readonly bytes: number
}

/**
 * All that a step needs in order to run, as plain JSON: a thread, a child process, a Slurm job and a queue
 * worker get the same one.
 */
export interface StepFile<Config = Record<string, unknown>> {
  readonly instance: InstanceId
  readonly kind: string
  readonly key: Key
  /** Resolved: defaults filled in, expressions evaluated, paths absolute. */
  readonly config: Config
  /** By port, in the recipe's order; an optional port that is not used is absent. */
  readonly inputs: Readonly<Record<string, readonly StepInput[]>>
  /** The files that the config names, by the absolute path that stands there. */
  readonly files: Readonly<Record<string, FileRef>>
  /** H(recipe seed, declared step id): the root of this step's random streams. */
  readonly seed: number
  readonly engine: EngineChoice
  /** Cores that this step asked for. */
  readonly threads: number
  /** GPUs that it is given; absent: as its kind and engine usually take. Not in the key. */
  readonly gpus?: number
  /**
   * Examples of a batch that it takes at once; their gradients are summed to that of the batch. Absent: all. In the key
   * where the engine promises bits, since sums are then rounded otherwise.
   */
  readonly microBatch?: number
  /** How often it keeps a checkpoint; absence: as its kind usually does. Not in the key. */
  readonly checkpoint?: Rhythm
  /** URL of a plug-in's module that exports `run`; absent for our own kinds. */
  readonly module?: string
}

/** An input artifact and the instance that it came from (for names in tables and messages). */
export interface StepInput {
  readonly from: InstanceId
  readonly output: string
  readonly artifact: Artifact
}

/** What a step's `run` hands back. Measurements (durations, latencies, peak memory) never enter a digest. */
export interface StepOutput {
  readonly outputs: Readonly<Record<string, Artifact>>
  readonly metrics?: Metrics
  readonly measurements?: Readonly<Record<string, unknown>>
  /** Per-epoch history and the like, for the record: plain JSON. */
  readonly record?: Readonly<Record<string, unknown>>
  /** What a reader of the record should know ("int8 is simulated in float32"). */
  readonly notes?: readonly string[]
  /** Warnings. */
  readonly problems?: readonly Problem[]
}

/** What the executor supplies beside the step file. */
export interface StepContext {
  /** An object's bytes; over shared memory where the executor is in the same process. Read only. Throws ProblemError when it is gone or damaged. */
  open(digest: Digest): Promise<Uint8Array>
  /** Stores bytes and returns their digest. Throws ProblemError when the disk is full. */
  put(bytes: Uint8Array): Promise<Digest>
  /** Reports progress; cheap, the executor thins it out. */
  emit(progress: Progress): void
  log(level: 'info' | 'warning', message: string): void
  /** True once the run is cancelled; asked every batch. A step that sees it throws `Cancelled`. */
  cancelled(): boolean
  /** Threads that it may use at the moment: at least those that it asked for, and cores that no other step uses. */
  threads(): number
  /** What a long step keeps of itself, so that after a kill it goes on from there. */
  readonly checkpoint: Checkpoints
}

/** Thrown by a step that saw `cancelled()`. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled')
    this.name = 'Cancelled'
  }
}

/** What `steps/<kind>/run.ts` and a plug-in's module export as `run`. */
export type RunStep<Config = Record<string, unknown>> = (
  step: StepFile<Config>,
  context: StepContext,
) => Promise<StepOutput>
