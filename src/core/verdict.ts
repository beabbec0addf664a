import type { Span } from './problem.js'

/** What a gate decided. `inconclusive` is never a silent pass. */
export interface Verdict {
  /** The gate's name, with axes where it has them. */
  readonly gate: string
  readonly form: 'check' | 'nonInferior' | 'accepted' | 'faster'
  readonly status: 'pass' | 'fail' | 'inconclusive' | 'skipped'
  readonly severity: 'error' | 'warn'
  /** What was asked, as it stands in the recipe. */
  readonly asked: string
  /** What was found, with figures: `0.9712 >= 0.9698`. */
  readonly found: string
  /** Figures behind the verdict (p values, interval ends, counts). */
  readonly figures?: Readonly<Record<string, number>>
  readonly hint?: string
  readonly at?: Span
}
