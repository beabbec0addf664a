import type { InstanceId } from './brand.js'
import type { Moment } from './checkpoint.js'
import type { Metrics } from './artifact.js'
import type { Problem } from './problem.js'
import type { Verdict } from './verdict.js'

/** How far a running step is. Absent members are unknown. */
export interface Progress {
  /** What it is doing now: `epoch 3/10`, `calibrating`. */
  readonly phase?: string
  /** Share done, 0 to 1. */
  readonly done?: number
  readonly epoch?: number
  readonly epochs?: number
  readonly loss?: number
  readonly metrics?: Readonly<Record<string, number>>
  readonly imagesPerSecond?: number
  readonly secondsLeft?: number
}

export interface PlannedInstance {
  readonly instance: InstanceId
  readonly step: string
  readonly kind: string
  readonly status: 'hit' | 'miss' | 'pending' | 'skipped'
}

/** What happens in a run, in order; the journal is these. `time` is milliseconds since the epoch, for people only. */
export type Event = { readonly time: number } & (
  | {
      readonly type: 'planned'
      readonly run: string
      readonly recipe: string
      readonly instances: readonly PlannedInstance[]
    }
  | { readonly type: 'reused'; readonly instances: readonly InstanceId[] }
  | {
      readonly type: 'started'
      readonly instance: InstanceId
      readonly attempt: number
      readonly lane: string
    }
  | {
      /** Another run on the same store makes it: its result will be reused, or it is made here once that one gives up. */
      readonly type: 'waits'
      readonly instance: InstanceId
      /** Of the process that makes it; absent where its claim does not say. */
      readonly pid?: number
      readonly host?: string
      readonly run?: string
    }
  /** It goes on from a checkpoint. */
  | { readonly type: 'resumed'; readonly instance: InstanceId; readonly from: Moment }
  | { readonly type: 'progress'; readonly instance: InstanceId; readonly progress: Progress }
  | {
      readonly type: 'log'
      readonly instance?: InstanceId
      readonly level: 'info' | 'warning'
      readonly message: string
    }
  | {
      readonly type: 'finished'
      readonly instance: InstanceId
      readonly seconds: number
      readonly metrics: Metrics
    }
  | {
      readonly type: 'failed'
      readonly instance: InstanceId
      readonly attempt: number
      readonly retrying: boolean
      readonly problems: readonly Problem[]
    }
  | { readonly type: 'skipped'; readonly instance: InstanceId; readonly reason: string }
  | { readonly type: 'gate'; readonly verdict: Verdict }
  | { readonly type: 'ended'; readonly run: string; readonly outcome: Outcome; readonly seconds: number }
)

export type Outcome = 'passed' | 'gate-failed' | 'inconclusive' | 'step-failed' | 'interrupted'

/** An event without its time: what a room emits; the executor stamps it. */
export type Emitted = Event extends infer E ? (E extends Event ? Omit<E, 'time'> : never) : never
