import type { ArtifactType } from '../../core/artifact.js'

/** A step as far as others may name it: of the present text, of the last whole one, or of a base. */
export interface KnownStep {
  readonly id: string
  readonly kind?: string
  readonly outputs: Readonly<Record<string, ArtifactType>>
  readonly description?: string
  /** It has instances of its own for the values of these. */
  readonly axes: readonly string[]
}

/** A param as far as expressions may name it. */
export interface KnownParam {
  readonly name: string
  readonly detail: string
  readonly description?: string
}

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
