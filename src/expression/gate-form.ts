import type { Margin } from '../core/margin.js'
import type { Direction } from '../core/metric-direction.js'
import type { Expression } from './expression.js'

/** What a gate asks, by its form. */
export type GateForm =
  | { readonly form: 'check'; readonly check: Expression }
  | {
      readonly form: 'nonInferior'
      readonly candidate: string
      readonly reference: string
      readonly metric: string
      readonly margin: number
      readonly alpha: number
    }
  | {
      readonly form: 'accepted'
      /** One name: `int8.accuracy`. */
      readonly metric: Expression
      readonly margin: Margin
      /** Absent: as it is known of the metric. */
      readonly better?: Direction
    }
  | {
      readonly form: 'faster'
      readonly candidate: string
      readonly reference: string
      readonly by: number
      readonly confidence: number
    }
