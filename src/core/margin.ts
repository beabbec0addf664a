/** A loss that is accepted: in the metric's own unit, or as a share of the baseline. */
export interface Margin {
  readonly value: number
  readonly relative: boolean
}
