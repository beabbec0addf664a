import type { ArrayHeader } from './array-header.js'

/** What the headers of a source tell, before any body is read. */
export interface SourceFacts {
  readonly examples: number
  /** Of one example, as the source has it; IDX pictures get a last axis of one channel. */
  readonly shape: readonly number[]
  /** Classes (one more than the highest index) or length of the target vector. Absent where only a large body tells. */
  readonly classes?: number
  /** Examples of each class index. Absent as `classes` is, and where labels are words. */
  readonly perClass?: readonly number[]
  /** Where labels are words rather than indices: each with its number of examples, sorted. `classes` is absent. */
  readonly words?: readonly (readonly [string, number])[]
}

/** Headers of the two arrays that make a source. */
export interface ArrayPair {
  readonly features: ArrayHeader
  readonly labels: ArrayHeader
}
