import type { Quantization } from './model.js'
import { codeRange, roundHalfEven, runsOf } from './quantization.js'

type Dtype = Quantization['dtype']
type Scheme = Quantization['scheme']

/** The smallest step between two values that float32 holds without losing digits. */
export const leastStep = 2 ** -126

/**
 * Scale and bias that map [low, high] onto a format's integers. The range is first widened to hold zero, and the bias
 * is a whole number within the format, so that zero is held exactly (a padded border, a Relu's floor, a pruned weight).
 * - symmetric: scale = Q / max(|low|, |high|), bias 0, codes −Q … Q.
 * - affine: scale = (lowest … highest code) / (high − low), bias = round(lowest code − low · scale).
 * A range of no width, or one so small that its step is no normal float32, gets scale 1: all of it becomes zero.
 */
export const scaleOf = (
  low: number,
  high: number,
  dtype: Dtype,
  scheme: Scheme,
): { readonly scale: number; readonly bias: number } => {
  const codes = codeRange(dtype, scheme)
  const [from, to] = [Math.min(low, 0), Math.max(high, 0)]
  const width = scheme === 'symmetric' ? Math.max(-from, to) : to - from
  const spread = scheme === 'symmetric' ? codes.high : codes.high - codes.low
  if (width / spread < leastStep) return { scale: 1, bias: 0 }
  const scale = spread / width
  if (scheme === 'symmetric') return { scale, bias: 0 }
  // Adding 0 turns −0 into 0, which text keeps.
  const bias = Math.min(codes.high, Math.max(codes.low, roundHalfEven(codes.low - from * scale))) + 0
  return { scale, bias }
}

export interface WeightFormat {
  readonly dtype: Dtype
  readonly scheme: Scheme
  /** Absent: one scale for the tensor. */
  readonly axis?: number
}

/** Smallest and largest value of each index of an axis, or of the whole tensor. */
const rangesOf = (
  floats: Float32Array,
  shape: readonly number[],
  axis?: number,
): { readonly low: Float64Array; readonly high: Float64Array } => {
  const { run, channels } = runsOf(shape, axis, floats.length)
  const low = new Float64Array(channels).fill(Infinity)
  const high = new Float64Array(channels).fill(-Infinity)
  let channel = 0
  for (let from = 0; from < floats.length; from += run) {
    let least = low[channel]!
    let most = high[channel]!
    const until = from + run
    for (let at = from; at < until; at++) {
      const value = floats[at]!
      if (value < least) least = value
      if (value > most) most = value
    }
    low[channel] = least
    high[channel] = most
    channel = channel + 1 === channels ? 0 : channel + 1
  }
  return { low, high }
}

/** Scales for a weight from the ranges of its values. `limit`, one a scale: no scale may be larger. */
export const quantizationOf = (
  floats: Float32Array,
  shape: readonly number[],
  { dtype, scheme, axis }: WeightFormat,
  limit?: Float64Array,
): Quantization => {
  const { low, high } = rangesOf(floats, shape, axis)
  const scale = new Float64Array(low.length)
  const bias = new Float64Array(low.length)
  for (let channel = 0; channel < low.length; channel++) {
    const found = scaleOf(low[channel]!, high[channel]!, dtype, scheme)
    const capped = Math.min(found.scale, limit?.[channel] ?? Infinity)
    scale[channel] = capped
    // A smaller scale needs no other zero point: the codes only move towards it.
    bias[channel] = found.bias
  }
  return { dtype, scheme, scale, bias, ...(axis === undefined ? {} : { axis }) }
}
