import type { Batch, Split } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import { inputTensor } from './infer.js'

/** What a network must learn of an example: a class among its outputs, or its outputs themselves. */
export type Task = 'classification' | 'regression'

/** A batch as tensors. */
export interface Examples {
  /** Where the batch comes from; its `indices` are positions in it. */
  readonly split: Split
  readonly batch: Batch
  /** `count × ...inputShape`. */
  readonly x: tf.Tensor
  /** `count × outputs`: one-hot classes (0 or 1 where there is one output), or targets. */
  readonly truth: tf.Tensor
  /** What each example counts for (`count`); absent: 1. */
  readonly weights?: tf.Tensor
}

/**
 * What a batch should give, `count × outputs`. Smoothing ε (Szegedy et al. 2016, section 7) mixes a one-hot row with the
 * uniform one: y(1 − ε) + ε/outputs; a single output: y(1 − ε) + ε/2.
 */
export const truthOf = (batch: Batch, task: Task, outputs: number, smoothing = 0): Float32Array => {
  if (task === 'regression') return batch.targets.slice(0, batch.count * outputs)
  const off = smoothing / Math.max(2, outputs)
  const truth = new Float32Array(batch.count * outputs).fill(off)
  for (let i = 0; i < batch.count; i++) {
    const label = batch.labels[i]!
    if (outputs === 1) truth[i] = label * (1 - smoothing) + off
    else truth[i * outputs + label]! += 1 - smoothing
  }
  return truth
}

export interface ExampleOptions {
  readonly task: Task
  readonly inputShape: readonly number[]
  /** Numbers in one output of the network. */
  readonly outputs: number
  readonly smoothing?: number
  /** By class index. */
  readonly classWeights?: readonly number[]
}

/** A batch as tensors; the caller disposes of them (or tidies). */
export const examplesOf = (split: Split, batch: Batch, options: ExampleOptions): Examples => {
  const { task, inputShape, outputs, smoothing, classWeights } = options
  const truth = tf.tensor(truthOf(batch, task, outputs, smoothing), [batch.count, outputs])
  const x = inputTensor(batch, inputShape)
  if (classWeights === undefined || task === 'regression') return { split, batch, x, truth }
  const weights = Float32Array.from(batch.labels.subarray(0, batch.count), label => classWeights[label] ?? 1)
  return { split, batch, x, truth, weights: tf.tensor1d(weights) }
}

/** Mean over a batch of each example's loss, weighted: Σ wᵢℓᵢ / count, as Keras has it. */
export const batchMean = (each: tf.Tensor, examples: Examples): tf.Scalar =>
  tf.mean(examples.weights ? tf.mul(each, examples.weights) : each)
