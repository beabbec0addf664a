import type { Quantization, Weight, WeightArray } from './model.js'

/** An integer format: its array, its bytes and its whole range. */
export interface IntegerFormat {
  readonly bytes: number
  readonly low: number
  readonly high: number
  make(length: number): Int8Array | Uint8Array | Int16Array | Int32Array
}

export const integerFormats: Readonly<Record<Quantization['dtype'], IntegerFormat>> = {
  int8: { bytes: 1, low: -128, high: 127, make: length => new Int8Array(length) },
  uint8: { bytes: 1, low: 0, high: 255, make: length => new Uint8Array(length) },
  int16: { bytes: 2, low: -32768, high: 32767, make: length => new Int16Array(length) },
  int32: { bytes: 4, low: -2147483648, high: 2147483647, make: length => new Int32Array(length) },
}

/** The integers that a scheme uses: symmetric leaves out the lowest of a signed format, so that −x is as near as x. */
export const codeRange = (
  dtype: Quantization['dtype'],
  scheme: Quantization['scheme'],
): { readonly low: number; readonly high: number } => {
  const { low, high } = integerFormats[dtype]
  return { low: scheme === 'symmetric' && low < 0 ? -high : low, high }
}

/** The nearest integer, and of two the even one (IEEE 754's default), as ONNX and TFLite round. */
export const roundHalfEven = (x: number): number => {
  const down = Math.floor(x)
  const rest = x - down
  if (rest < 0.5) return down
  if (rest > 0.5) return down + 1
  return down % 2 === 0 ? down : down + 1
}

/** x_q = round(x · scale + bias), half to even, in float64, clamped to [low, high]. */
export const toCode = (x: number, scale: number, bias: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, roundHalfEven(x * scale + bias)))

/** How many elements in a row share a channel (an index of `axis`), of `size` in all; then comes the next, and after the last the first. */
export const runsOf = (
  shape: readonly number[],
  axis: number | undefined,
  size: number,
): { readonly run: number; readonly channels: number } => {
  const channels = axis === undefined ? 1 : shape[axis]!
  if (channels === 1) return { run: size, channels }
  return { run: shape.slice(axis! + 1).reduce((a, b) => a * b, 1), channels }
}

/** The largest float32. */
export const largestFloat = 3.4028234663852886e38

/** Values of a weight as floats: x = (x_q − bias) / scale, in float64, rounded once to float32. Floats are returned as they are. */
export const toFloat = (weight: Pick<Weight, 'shape' | 'data' | 'quantization'>): Float32Array => {
  const { data, quantization } = weight
  if (!quantization) {
    if (data instanceof Float32Array) return data
    throw new Error('integers without a quantization')
  }
  const { scale, bias, axis } = quantization
  const { run, channels } = runsOf(weight.shape, axis, data.length)
  const floats = new Float32Array(data.length)
  let channel = 0
  for (let from = 0; from < data.length; from += run) {
    const by = scale[channel]!
    const zero = bias[channel]!
    const until = from + run
    for (let at = from; at < until; at++) {
      const value = (data[at]! - zero) / by
      // Half a step beyond the largest float32 is still that float32.
      floats[at] = value > largestFloat ? largestFloat : value < -largestFloat ? -largestFloat : value
    }
    channel = channel + 1 === channels ? 0 : channel + 1
  }
  return floats
}

/** A double of this size has no digits behind the point: what is added to it is rounded, half to even, and taken off again. */
const integral = 1.5 * 2 ** 52

/** Floats as integers of a known quantization: `toCode` of each. */
export const toIntegers = (
  floats: Float32Array,
  shape: readonly number[],
  quantization: Quantization,
): WeightArray => {
  const { dtype, scheme, scale, bias, axis } = quantization
  const { low, high } = codeRange(dtype, scheme)
  const { run, channels } = runsOf(shape, axis, floats.length)
  const codes = integerFormats[dtype].make(floats.length)
  let channel = 0
  for (let from = 0; from < floats.length; from += run) {
    const by = scale[channel]!
    const zero = bias[channel]!
    const until = from + run
    for (let at = from; at < until; at++) {
      const value = floats[at]! * by + zero
      // Both ends are integers, so that clamping first is the same.
      codes[at] = (value > high ? high : value < low ? low : value) + integral - integral
    }
    channel = channel + 1 === channels ? 0 : channel + 1
  }
  return codes
}

/** Bytes of a weight's payload: its numbers, and its scales (and, where affine, biases) as float64. */
export const payloadBytes = (weight: Pick<Weight, 'data' | 'quantization'>): number =>
  weight.data.byteLength + (weight.quantization ? scaleBytes(weight.quantization) : 0)

/** Bytes of scales, and of biases where the scheme has them. */
const scaleBytes = (quantization: Pick<Quantization, 'scheme' | 'scale'>): number =>
  quantization.scale.length * 8 * (quantization.scheme === 'affine' ? 2 : 1)
