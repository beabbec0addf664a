import type { Sheet, Written } from '../format/tree.js'

/** Says why something cannot be migrated, at its place. */
export type Refuse = (message: string, at: Pick<Written, 'start' | 'end'>, hint?: string) => void

/**
 * From one version of the language to the next. It changes a sheet: values and keys in their places, each with its
 * comments. What it cannot carry over it refuses; then nothing is written.
 */
export interface Migration {
  readonly from: number
  readonly to: number
  /** What changes, in a few words. */
  readonly title: string
  apply(sheet: Sheet, refuse: Refuse): void
}
