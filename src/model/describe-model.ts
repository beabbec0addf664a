import { describeNetwork } from '../network/describe.js'
import type { ModelDescription, Quantized } from '../network/description.js'
import type { Model, Weight } from './model.js'
import { payloadBytes, toFloat } from './quantization.js'

/** The formats of a model's numbers, for tables: the integer that most weights have. */
export const quantizedOf = (model: Model): Quantized => {
  const counts = new Map<string, number>()
  for (const { quantization, data } of model.weights)
    if (quantization) counts.set(quantization.dtype, (counts.get(quantization.dtype) ?? 0) + data.length)
  const weights = [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
  const activations = [...model.marks.activations.values()][0]?.dtype
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
