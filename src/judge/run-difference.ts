import type { InstanceId } from '../core/brand.js'
import type { Verdict } from '../core/verdict.js'
import type { SideName } from './side-name.js'

/** One value that is another. An absent side has none. */
export interface ValueChange {
  readonly name: string
  readonly was?: unknown
  readonly is?: unknown
}

/** One figure that is another, and whether that is better by the metric's own direction. */
export interface FigureChange {
  /** The model that it is about, or the step that measured it. */
  readonly of: string
  /** Absent: a fact of the model itself, or a time. */
  readonly split?: string
  readonly metric: string
  readonly was?: number
  readonly is?: number
  /** `is − was`; absent where one side has none. */
  readonly change?: number
  /** Absent: neither, or nobody knows. */
  readonly better?: boolean
}

/** A step that both have and that is not the same. */
export interface StepChange {
  readonly instance: InstanceId
  readonly kind: string
  /** Is its key another? False: equal keys gave other outputs, which a deterministic step does not do. */
  readonly otherKey: boolean
  readonly otherOutputs: boolean
  /** In words: `config.epochs was 2, is 3`. */
  readonly why: readonly string[]
}

/** Figures of one class that are others. */
export interface ClassChange {
  readonly of: string
  readonly split: string
  readonly name: string
  /** Examples of the class, in the second. */
  readonly support: number
  /** `recall`, `precision`, `f1`, as far as they differ. */
  readonly figures: readonly FigureChange[]
}

/** An example of a split. */
export interface Example {
  /** Its place in the split, from 0. */
  readonly index: number
  /** Its class; absent where the store no longer has the labels. */
  readonly label?: string
}

/** Examples that one answered rightly and the other wrongly. */
export interface Flips {
  readonly of: string
  readonly split: string
  readonly examples: number
  readonly newlyRight: readonly Example[]
  readonly newlyWrong: readonly Example[]
}

export interface VerdictChange {
  readonly gate: string
  readonly was?: Verdict['status']
  readonly is?: Verdict['status']
  readonly found?: string
}

/** How a run or lock differs from another. Plain JSON; empty lists: no difference. */
export interface RunDifference {
  readonly a: SideName
  readonly b: SideName
  /** Does anything differ that was made, measured or judged? */
  readonly differs: boolean
  /** Texts of the recipe that are others, by path; absent: the recipe is the same, or a lock does not tell. */
  readonly recipe?: readonly string[]
  readonly params: readonly ValueChange[]
  readonly environment: readonly ValueChange[]
  readonly steps: {
    readonly onlyA: readonly InstanceId[]
    readonly onlyB: readonly InstanceId[]
    readonly changed: readonly StepChange[]
    readonly equal: number
  }
  readonly metrics: readonly FigureChange[]
  readonly sizes: readonly FigureChange[]
  readonly classes: readonly ClassChange[]
  readonly flipped: readonly Flips[]
  readonly verdicts: readonly VerdictChange[]
  /** Latencies, of one class of machine on both sides. */
  readonly times: readonly FigureChange[]
  /** Seconds that steps took. */
  readonly durations: readonly FigureChange[]
  /** What could not be compared, and why. */
  readonly notes: readonly string[]
}
