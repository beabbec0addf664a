import { describeNetwork } from '../network/describe.js'
import type { ModelDescription, Quantized } from '../network/description.js'
import type { Model, Weight } from './model.js'
import { payloadBytes, toFloat } from './quantization.js'

/** The key with the largest count; of equals the first in the alphabet. */
const leading = (counts: ReadonlyMap<string, number>): string | undefined =>
  [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0]

const count = (counts: Map<string, number>, key: string, by: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

/** The formats of a model's numbers, for tables: the integers that most weights and most outputs have. */
const quantizedOf = (model: Model): Quantized => {
  const byWeights = new Map<string, number>()
  const byOutputs = new Map<string, number>()
  for (const { quantization, data } of model.weights)
    if (quantization) count(byWeights, quantization.dtype, data.length)
  for (const { dtype } of model.marks.activations.values()) count(byOutputs, dtype, 1)
  const [weights, activations] = [leading(byWeights), leading(byOutputs)]
  return { ...(weights ? { weights } : {}), ...(activations ? { activations } : {}) }
}

const nonZeroOf = (weight: Weight): number => {
  let count = 0
  for (const value of toFloat(weight)) if (value !== 0) count++
  return count
}

/** An exact description of a model: its non-zero weights counted, its bytes those of its payload. */
export const describeModel = (model: Model): ModelDescription =>
  describeNetwork(model.network, {
    quantized: quantizedOf(model),
    nonZero: model.weights.reduce((count, weight) => count + nonZeroOf(weight), 0),
    bytes: model.weights.reduce((bytes, weight) => bytes + payloadBytes(weight), 0),
    ...(model.classNames ? { classNames: model.classNames } : {}),
  })
