import { log10 } from '../../core/portable/logarithm.js'
import type { Model, Weight } from '../../model/model.js'
import { toFloat } from '../../model/quantization.js'

/** What quantization did to one weight, for the record. */
export interface WeightError {
  readonly name: string
  readonly dtype: string
  readonly scheme: string
  readonly scales: number
  /** Smallest and largest scale. */
  readonly scale: readonly [number, number]
  /** Largest absolute difference between a weight and what its integer stands for. */
  readonly maxError: number
  /** Signal to quantization noise, 10 · log₁₀(Σ w² / Σ (w − ŵ)²), in decibels. Absent where there is no noise. */
  readonly sqnr?: number
}

const errorOf = (before: Weight, after: Weight): WeightError[] => {
  const { quantization } = after
  if (!quantization) return []
  const [from, to] = [toFloat(before), toFloat(after)]
  let signal = 0
  let noise = 0
  let maxError = 0
  from.forEach((value, at) => {
    const error = Math.abs(value - to[at]!)
    signal += value * value
    noise += error * error
    maxError = Math.max(maxError, error)
  })
  const { dtype, scheme, scale } = quantization
  const sqnr = noise > 0 && signal > 0 ? { sqnr: 10 * log10(signal / noise) } : {}
  const ends = [scale.reduce((a, b) => Math.min(a, b)), scale.reduce((a, b) => Math.max(a, b))] as const
  return [{ name: after.name, dtype, scheme, scales: scale.length, scale: ends, maxError, ...sqnr }]
}

/** The error of every weight that was quantized. */
export const weightErrors = (before: Model, after: Model): WeightError[] =>
  before.weights.flatMap((weight, at) => errorOf(weight, after.weights[at]!))
