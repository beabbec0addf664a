/** One thing that may be written at the cursor. */
export interface Completion {
  readonly label: string
  readonly is: 'key' | 'word' | 'step' | 'output' | 'param' | 'layer' | 'metric' | 'function'
  /** A few words beside the label. */
  readonly detail?: string
  /** Markdown. */
  readonly documentation?: string
  /** What is written. Absent: the label. */
  readonly insert?: string
  /** True where `insert` holds places to fill in, `$1`. */
  readonly snippet?: boolean
  /** Those with the least come first. Absent: 1. */
  readonly rank?: number
}
