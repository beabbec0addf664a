import type { Random } from '../core/random.js'
import type { Batch } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import type { Draws } from '../model/noise.js'
import { clipGradients } from './clip.js'
import type { ExampleOptions } from './examples.js'
import { arraysOf, asExamples, tensorsOf } from './examples.js'
import { gradientsOf } from './gradient-step.js'
import type { TakeStep } from './trainer.js'

/** Some rows of a batch: the first, how many, and how many the batch has. */
export interface Rows {
  readonly from: number
  readonly count: number
  readonly of: number
}

/** A batch of these rows, over the batch's own arrays, which may be longer than it. */
export const partOf = (
  batch: Batch,
  { from, count }: Rows,
  { inputShape, outputs }: ExampleOptions,
): Batch => {
  const until = from + count
  const size = inputShape.reduce((product, side) => product * side, 1)
  return {
    count,
    x: batch.x.subarray(from * size, until * size),
    labels: batch.labels.subarray(from, until),
    targets: batch.targets.subarray(from * outputs, until * outputs),
    indices: batch.indices.subarray(from, until),
  }
}

/** The rows of a batch in parts of so many. */
export function* partsOf(of: number, microBatch: number): Generator<Rows> {
  for (let from = 0; from < of; from += microBatch) yield { from, count: Math.min(microBatch, of - from), of }
}

/** Draws for the whole batch and gives what belongs to the rows, so that an example has its noise whoever is beside it. */
export const drawRows = (
  random: Random,
  { from, count, of }: Rows,
  shape: readonly number[],
  draw: (random: Random) => number,
): Float32Array => {
  const size = shape.reduce((product, side) => product * side, 1)
  // A row of the batch may be several of the tensor, as the time steps of a sequence are.
  const row = size / count
  for (let skipped = 0; skipped < from * row; skipped++) draw(random)
  const values = new Float32Array(size)
  for (let at = 0; at < size; at++) values[at] = draw(random)
  for (let skipped = 0; skipped < (of - from - count) * row; skipped++) draw(random)
  return values
}

const drawsOf =
  (random: Random, rows: Rows): Draws =>
  (shape, draw) =>
    tf.tensor(drawRows(random, rows, shape, draw), [...shape])

/**
 * A step on a batch of which only `microBatch` examples run at once: the mean gradient of the whole batch, then one move
 * of the weights. A part of k of n examples counts k/n, which makes a mean of means out of parts of unequal size; a
 * penalty on the weights, there in each part, counts once in all. Masks and clipping see the sum. Each example has the
 * noise that it has in the whole batch. What is left of a difference is rounding: sums are taken in another order. Not for
 * networks with layers that look across the batch (`layersAcrossBatch`).
 */
export const accumulating =
  (microBatch: number): TakeStep =>
  async (parts, batch, { step, learningRate }, random) => {
    const { objective, optimizer, train, examples } = parts
    const sums = new Map<string, tf.Tensor>()
    const output = new Float32Array(batch.count * examples.outputs)
    const begin = random.state()
    let loss = 0
    const add = (rows: Rows): { readonly mean: tf.Tensor; readonly said: tf.Tensor } => {
      random.restore(begin)
      const part = partOf(batch, rows, examples)
      return tf.tidy(() => {
        const inputs = {
          examples: asExamples(tensorsOf(arraysOf(part, examples))),
          fed: tensorsOf(objective.arrays(train, part, step)),
          draws: drawsOf(random, rows),
        }
        const made = gradientsOf(parts, inputs, rows.count / rows.of)
        for (const [name, gradient] of made.gradients) {
          const before = sums.get(name)
          sums.set(name, tf.keep(before ? tf.add(before, gradient) : tf.clone(gradient)))
          before?.dispose()
        }
        return { mean: made.loss as tf.Tensor, said: made.output }
      })
    }
    try {
      for (const rows of partsOf(batch.count, microBatch)) {
        const { mean, said } = add(rows)
        try {
          loss += (await mean.data())[0]!
          output.set((await said.data()) as Float32Array, rows.from * examples.outputs)
        } finally {
          tf.dispose([mean, said])
        }
      }
      tf.tidy(() => optimizer.apply(clipGradients(sums, parts.clip), learningRate))
      return { loss, output }
    } finally {
      for (const sum of sums.values()) sum.dispose()
    }
  }
