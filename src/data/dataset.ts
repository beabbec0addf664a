import type { DatasetDescription, SplitName } from '../sources/description.js'

/** A batch in plain arrays, ready for tensors. The arrays are reused by the next batch: copy to keep. */
export interface Batch {
  /** Examples in this batch (the last may be smaller). */
  readonly count: number
  /** Normalized features, row-major, `count × ...shape`. */
  readonly x: Float32Array
  /** Class indices, `count`; empty for regression. */
  readonly labels: Int32Array
  /** Regression targets, `count × classes`; empty for classification. */
  readonly targets: Float32Array
  /** Positions in the split. */
  readonly indices: Uint32Array
}

export interface Split {
  readonly name: SplitName
  readonly count: number
  /** Class index of every example; empty for regression. */
  readonly labels: Int32Array
  /** Batches in the order of `order` (positions in the split; absence: as stored). The last batch may be smaller. */
  batches(size: number, order?: Uint32Array): Iterable<Batch>
}

/** A dataset opened over shared memory. */
export interface Dataset {
  readonly description: DatasetDescription
  /** Undefined where the dataset has no such split. */
  split(name: SplitName): Split | undefined
}
