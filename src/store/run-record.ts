import type { InstanceId, Key } from '../core/brand.js'
import type { Moment } from '../core/checkpoint.js'
import type { Outcome } from '../core/event.js'
import type { EngineChoice } from '../core/engine-name.js'
import type { Problem } from '../core/problem.js'
import type { StepOutput } from '../core/step-file.js'
import type { Verdict } from '../core/verdict.js'

/** What became of one instance. */
export interface InstanceRecord {
  readonly instance: InstanceId
  readonly step: string
  readonly kind: string
  readonly status: 'reused' | 'finished' | 'failed' | 'skipped'
  readonly key?: Key
  /** Resolved config, as it ran. */
  readonly config: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, readonly InstanceId[]>>
  /** For `scores[int8]`: the instance whose model its metrics are about. */
  readonly about?: InstanceId
  /** Labels by axis of its matrix; absent where it has none. */
  readonly axes?: Readonly<Record<string, string>>
  /** Of the run that made it. */
  readonly seconds?: number
  readonly attempts?: number
  /** Where its last attempt went on from; absence: it began at the beginning. */
  readonly resumed?: Moment
  readonly output?: StepOutput
  readonly problems?: readonly Problem[]
  readonly reason?: string
}

/** A run, whole: what was asked, where, what happened, what came out, what was judged. Plain JSON (`schemas/run-record.schema.json`). */
export interface RunRecord {
  readonly version: 1
  readonly id: string
  readonly started: string
  readonly seconds: number
  readonly outcome: Outcome
  readonly asked: {
    readonly recipe: string
    readonly recipeDigest: string
    readonly description?: string
    readonly params: Readonly<Record<string, unknown>>
    readonly set: Readonly<Record<string, unknown>>
    readonly only?: readonly string[]
    /** Labels of the values that `--sweep` gave to params. */
    readonly sweep?: Readonly<Record<string, readonly string[]>>
  }
  readonly where: {
    readonly trimtab: string
    readonly node: string
    readonly engine: EngineChoice
    /** CPU model, cores, platform: what a latency depends on. */
    readonly machine: string
    readonly commit?: string
    readonly dirty?: boolean
  }
  readonly instances: readonly InstanceRecord[]
  readonly verdicts: readonly Verdict[]
  readonly problems: readonly Problem[]
}
