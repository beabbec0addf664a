/** Names of the splits that a dataset may hold. */
export const splitNames = ['train', 'validation', 'test'] as const
export type SplitName = (typeof splitNames)[number]

/** What is known of a dataset from headers alone. Stands in a dataset artifact's meta as `description`. */
export interface DatasetDescription {
  readonly type: 'dataset'
  /** `classification`: one class index an example. `regression`: a vector of floats an example. */
  readonly task: 'classification' | 'regression'
  /** Shape of one example, without the batch. */
  readonly shape: readonly number[]
  /** Classes (classification) or length of the target vector (regression). Absent where only the body tells. */
  readonly classes?: number
  readonly classNames?: readonly string[]
  /** Examples a split; a split that does not exist is absent. */
  readonly examples: Readonly<Partial<Record<SplitName, number>>>
}
