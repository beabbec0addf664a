import type { Artifact } from '../core/artifact.js'
import type { InstanceId, Key } from '../core/brand.js'
import type { Moment, Rhythm } from '../core/checkpoint.js'
import type { EngineChoice } from '../core/engine-name.js'
import type { FileRef } from '../core/step-file.js'
import type { Problem, Span } from '../core/problem.js'
import type { Recipe } from '../language/recipe.js'
import type { Figure } from '../network/description.js'
import type { AnyStepSpec, Description } from '../steps/define-step.js'
import type { Lock } from '../store/lock.js'
import type { StoredResult } from '../store/store.js'
import type { Choice, Condition } from './conditions.js'
import type { PlannedGate } from './gate-rows.js'

/** A typed edge: an output of another instance. */
export interface Edge {
  readonly instance: InstanceId
  readonly output: string
}

export type Status =
  /** `microBatch`: its key is that of a result made with so many examples at once. */
  | {
      readonly type: 'hit'
      readonly key: Key
      readonly result: StoredResult
      readonly microBatch?: number
    }
  /** It must run; `why` in a sentence. `resumes`: the checkpoint that it will go on from, unless that turns out to be damaged. */
  | { readonly type: 'miss'; readonly key: Key; readonly why: string; readonly resumes?: Moment }
  /** Its key, or whether it runs at all, cannot be known before these have run. */
  | { readonly type: 'pending'; readonly waitsFor: readonly InstanceId[] }
  /** It will not run: its `when` is false, or what it takes from is skipped. */
  | { readonly type: 'skipped'; readonly why: string }

/** One run of a step. */
export interface Instance {
  readonly id: InstanceId
  readonly step: string
  readonly kind: string
  readonly spec: AnyStepSpec
  readonly config: Readonly<Record<string, unknown>>
  /** By port; an optional port that is not used is absent. */
  readonly inputs: Readonly<Record<string, readonly Edge[]>>
  /** Ordered only, no data. */
  readonly needs: readonly InstanceId[]
  /** Instances whose metrics its conditions read. */
  readonly after: readonly InstanceId[]
  readonly when?: Condition
  /** Conditions of the pipelines around it. */
  readonly outer: readonly Condition[]
  readonly choice?: Choice
  /** Labels by axis; empty where it carries none. */
  readonly axes: Readonly<Record<string, string>>
  /** Values by axis. */
  readonly matrix: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, FileRef>>
  /** What enters its key besides its inputs, field by field. */
  readonly identity: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly engine: EngineChoice
  readonly threads: number
  /** GPUs that the recipe asks for: 0, it uses none. Absent: as its kind and engine usually do. */
  readonly gpus?: number
  /** Bytes of memory that the recipe lets it use. */
  readonly memoryLimit?: number
  readonly timeout?: number
  readonly retries: number
  /** `halveBatch`: where memory runs out it is tried again with fewer examples at once. Absent: it fails. */
  readonly onOutOfMemory?: 'halveBatch'
  /** Examples of a batch that it takes at once from its first attempt on. Absent: all. */
  readonly microBatch?: number
  /** Absence: as its kind usually does. */
  readonly checkpoint?: Rhythm
  readonly status: Status
  /** By output: from the artifact on a hit, else predicted. */
  readonly outputs: Readonly<Record<string, Description>>
  /** Bytes that it will hold at its peak, estimated; absent where nothing is known, or it is there already. */
  readonly memory?: Figure
  /** For `scores[int8]`: the instance whose model its metrics are about. */
  readonly about?: InstanceId
  readonly at: Span
}

export interface Plan {
  readonly recipe: Recipe
  /** In topological order; ties in the recipe's order. */
  readonly instances: readonly Instance[]
  /** The recipe's gates, one for each combination of the axes that they carry. */
  readonly gates: readonly PlannedGate[]
  readonly engine: EngineChoice
  readonly machine: string
  /** The recipe's lock, as it stood; absent: there is none. */
  readonly lock?: Lock
  readonly problems: readonly Problem[]
}

export type { Artifact }
