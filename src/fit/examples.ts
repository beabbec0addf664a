import type { Batch } from '../data/dataset.js'
import { tf } from '../engine/tf.js'

/** What a network must learn of an example: a class among its outputs, or its outputs themselves. */
export type Task = 'classification' | 'regression'

/** Numbers on their way to an engine. */
export interface Plain {
  readonly values: Float32Array
  readonly shape: readonly number[]
}

/** Numbers by name: all of a step that JavaScript knows and the engine does not. */
export type Arrays = Readonly<Record<string, Plain>>

/** Arrays as tensors of the same names; the caller disposes of them (or tidies). */
export const tensorsOf = (arrays: Arrays): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]),
  )

/** A batch as tensors. */
export interface Examples {
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

/**
 * A batch's examples, `count × ...shape`. Copied, since the batch's arrays are reused before an engine may have taken them;
 * wasm takes what it is given at once.
 */
export const inputArray = (batch: Batch, shape: readonly number[]): Plain => {
  const size = shape.reduce((product, side) => product * side, batch.count)
  const values = tf.getBackend() === 'wasm' ? batch.x.subarray(0, size) : batch.x.slice(0, size)
  return { values, shape: [batch.count, ...shape] }
}

/** A batch's examples as a tensor, `count × ...shape`. */
export const inputTensor = (batch: Batch, shape: readonly number[]): tf.Tensor => {
  const { values, shape: sides } = inputArray(batch, shape)
  return tf.tensor(values, [...sides])
}

/** A batch in numbers: `x`, `truth` and, where examples do not count alike, `weights`. */
export const arraysOf = (batch: Batch, options: ExampleOptions): Arrays => {
  const { task, inputShape, outputs, smoothing, classWeights } = options
  const { count } = batch
  const truth = { values: truthOf(batch, task, outputs, smoothing), shape: [count, outputs] }
  const x = inputArray(batch, inputShape)
  if (classWeights === undefined || task === 'regression') return { x, truth }
  const weights = Float32Array.from(batch.labels.subarray(0, count), label => classWeights[label] ?? 1)
  return { x, truth, weights: { values: weights, shape: [count] } }
}

/** The tensors of `arraysOf` as what they are. */
export const asExamples = ({ x, truth, weights }: Readonly<Record<string, tf.Tensor>>): Examples => ({
  x: x!,
  truth: truth!,
  ...(weights ? { weights } : {}),
})

/** A batch as tensors; the caller disposes of them (or tidies). */
export const examplesOf = (batch: Batch, options: ExampleOptions): Examples =>
  asExamples(tensorsOf(arraysOf(batch, options)))

/** Mean over a batch of each example's loss, weighted: Σ wᵢℓᵢ / count, as Keras has it. */
export const batchMean = (each: tf.Tensor, examples: Examples): tf.Scalar =>
  tf.mean(examples.weights ? tf.mul(each, examples.weights) : each)
