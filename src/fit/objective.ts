import { tf } from '../engine/tf.js'
import { absolute } from './absolute.js'
import type { Batch, Split } from '../data/dataset.js'
import type { Arrays, Examples } from './examples.js'
import { batchMean } from './examples.js'
import type { Loss, Said } from './losses.js'

/** What a network said of a batch, with the layers that the objective asked to see. */
export interface Spoken extends Said {
  readonly taps: Readonly<Record<string, tf.Tensor>>
}

/** Tensors that an objective wants beside a batch: a teacher's outputs. */
export type Given = Readonly<Record<string, tf.Tensor>>

/** What training makes small. All its functions run inside a tidy: what they return is disposed of for them. */
export interface Objective {
  /** Layers whose outputs it must see. */
  readonly taps: readonly string[]
  /** Variables that are trained along and thrown away (a hint's regressor), by a name that no weight has. */
  readonly extra: ReadonlyMap<string, tf.Variable>
  /** What it knows of a batch beside the examples themselves, as numbers; the batch's `indices` are positions in the split. `step` counts from 0. */
  arrays(split: Split, batch: Batch, step: number): Arrays
  /** Outside the gradient: what does not depend on the weights in training. `fed` are the arrays as tensors. */
  prepare(examples: Examples, fed: Given): Given
  /** The mean loss of a batch in training, differentiable. */
  loss(examples: Examples, said: Spoken, given: Given): tf.Scalar
  /** The mean of the plain loss of a batch: no smoothing, no weights, no penalty. */
  plainLoss(examples: Examples, said: Spoken, given: Given): tf.Scalar
  /** What else it measures on validation, as sums over a batch. */
  measure(examples: Examples, said: Spoken, given: Given): Readonly<Record<string, tf.Scalar>>
}

/** λ₁Σ|w| + λ₂Σw² over some weights (lasso and ridge); undefined where both are 0. */
export const penalty = (
  weights: readonly tf.Tensor[],
  l1: number,
  l2: number,
): (() => tf.Scalar) | undefined => {
  if ((l1 === 0 && l2 === 0) || weights.length === 0) return undefined
  return () => {
    const terms: tf.Tensor[] = []
    for (const weight of weights) {
      if (l1 > 0) terms.push(tf.mul(tf.sum(absolute(weight)), l1))
      if (l2 > 0) terms.push(tf.mul(tf.sum(tf.square(weight)), l2))
    }
    return tf.addN(terms) as tf.Scalar
  }
}

/** Learning from the data alone: the batch's mean loss, plus a penalty on the weights where there is one. */
export const supervised = (loss: Loss, extra?: () => tf.Scalar): Objective => ({
  taps: [],
  extra: new Map(),
  arrays: () => ({}),
  prepare: () => ({}),
  loss: (examples, said) => {
    const mean = batchMean(loss(examples.truth, said), examples)
    return extra ? tf.add(mean, extra()) : mean
  },
  plainLoss: (examples, said) => tf.mean(loss(examples.truth, said)),
  measure: () => ({}),
})
