import type { Batch } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import type { PartOfBatch } from '../model/noise.js'
import { clipGradients } from './clip.js'
import type { ExampleOptions } from './examples.js'
import { gradientsOf } from './gradient-step.js'
import type { gradientStep } from './gradient-step.js'

/** Some rows of a batch, over its own arrays, which may be longer than the batch. */
const rowsOf = (
  batch: Batch,
  from: number,
  count: number,
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

/**
 * A step on a batch of which only `microBatch` examples run at once: the mean gradient of the whole batch, then one move
 * of the weights. A part of k of n examples counts k/n, which makes a mean of means out of parts of unequal size; a
 * penalty on the weights, there in each part, counts once in all. Masks and clipping see the sum. Each example has the
 * noise that it has in the whole batch. What is left of a difference is rounding: sums are taken in another order. Not for
 * networks with layers that look across the batch (`layersAcrossBatch`).
 */
export const accumulatedStep =
  (microBatch: number): typeof gradientStep =>
  async (parts, batch, moment, random) => {
    const sums = new Map<string, tf.Tensor>()
    const output = new Float32Array(batch.count * parts.examples.outputs)
    const begin = random.state()
    let loss = 0
    const add = (from: number, count: number): readonly tf.Tensor[] => {
      random.restore(begin)
      const noise: PartOfBatch = { ...random, rows: { from, count, of: batch.count } }
      return tf.tidy(() => {
        const made = gradientsOf(
          parts,
          rowsOf(batch, from, count, parts.examples),
          moment,
          noise,
          count / batch.count,
        )
        for (const [name, gradient] of made.gradients) {
          const before = sums.get(name)
          sums.set(name, tf.keep(before ? tf.add(before, gradient) : tf.clone(gradient)))
          before?.dispose()
        }
        return [made.value, made.output]
      })
    }
    try {
      for (let from = 0; from < batch.count; from += microBatch) {
        const [value, said] = add(from, Math.min(microBatch, batch.count - from))
        try {
          loss += (await value!.data())[0]!
          output.set((await said!.data()) as Float32Array, from * parts.examples.outputs)
        } finally {
          tf.dispose([value!, said!])
        }
      }
      tf.tidy(() => parts.optimizer.apply(clipGradients(sums, parts.clip), moment.learningRate))
      return { loss, output }
    } finally {
      for (const sum of sums.values()) sum.dispose()
    }
  }
