import type { Key } from '../core/brand.js'
import type { Moment } from '../core/checkpoint.js'
import type { Problem } from '../core/problem.js'
import type { StepInput, StepOutput } from '../core/step-file.js'
import type { Instance } from '../plan/plan.js'
import type { Store } from '../store/store.js'
import type { Attempt } from './attempt.js'
import type { ByAnother, OtherRuns } from './other-runs.js'
import type { Reporter } from './reporter.js'

/** What became of an instance whose inputs were there. */
export type Made =
  | {
      readonly type: 'reused' | 'finished'
      readonly key: Key
      readonly output: StepOutput
      readonly seconds: number
      readonly attempts?: number
      /** Where it went on from, when an earlier attempt was cut short. */
      readonly resumed?: Moment
      /** As it was made: with fewer examples at once than it began with. Absent: as it began. */
      readonly as?: Instance
    }
  | {
      readonly type: 'failed'
      readonly key: Key
      readonly problems: readonly Problem[]
      readonly attempts: number
      readonly as?: Instance
    }
  | { readonly type: 'interrupted'; readonly key: Key; readonly attempts: number }
  | ByAnother
  /** The store lost some of its inputs: they are made again, and then it is tried once more. */
  | { readonly type: 'lost'; readonly again: readonly Instance[] }

/** By port. */
export type Inputs = Readonly<Record<string, readonly StepInput[]>>

export interface MakeOptions {
  readonly store: Store
  readonly reporter: Reporter
  readonly others: OtherRuns
  /** Milliseconds between asking a step to stop and ending its thread. */
  readonly grace: number
  /** Folder of the run, for what a crash leaves. */
  readonly runFolder: string
  readonly interrupted: () => boolean
  /** Who must be made again, as the store lost what an instance reads; undefined: it did not, or nobody can help. */
  readonly lost: (
    instance: Instance,
    problems: readonly Problem[],
  ) => Promise<readonly Instance[] | undefined>
  /** Every attempt while it runs, so that a cancelled run can stop it. */
  readonly running: Set<Attempt>
}
