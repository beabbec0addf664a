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

/** How many elements in a row share one index of `axis`, and how many indices the axis has. */
export const axisLayout = (
  shape: readonly number[],
  axis: number | undefined,
): { readonly inner: number; readonly channels: number } =>
  axis === undefined
    ? { inner: 1, channels: 1 }
    : { inner: shape.slice(axis + 1).reduce((a, b) => a * b, 1), channels: shape[axis]! }

const largest = 3.4028234663852886e38

/** Values of a weight as floats: x = (x_q − bias) / scale, in float64, rounded once to float32. Floats are returned as they are. */
export const toFloat = (weight: Pick<Weight, 'shape' | 'data' | 'quantization'>): Float32Array => {
  const { data, quantization } = weight
  if (!quantization) {
    if (data instanceof Float32Array) return data
    throw new Error('integers without a quantization')
  }
  const { scale, bias, axis } = quantization
  const { inner, channels } = axisLayout(weight.shape, axis)
  const floats = new Float32Array(data.length)
  for (let at = 0; at < data.length; at++) {
    const channel = channels === 1 ? 0 : Math.floor(at / inner) % channels
    const value = (data[at]! - bias[channel]!) / scale[channel]!
    // Half a step beyond the largest float32 is still that float32.
    floats[at] = Math.min(largest, Math.max(-largest, value))
  }
  return floats
}

/** Floats as integers of a known quantization. */
export const toIntegers = (
  floats: Float32Array,
  shape: readonly number[],
  quantization: Quantization,
): WeightArray => {
  const { dtype, scheme, scale, bias, axis } = quantization
  const { low, high } = codeRange(dtype, scheme)
  const { inner, channels } = axisLayout(shape, axis)
  const codes = integerFormats[dtype].make(floats.length)
  for (let at = 0; at < floats.length; at++) {
    const channel = channels === 1 ? 0 : Math.floor(at / inner) % channels
    codes[at] = toCode(floats[at]!, scale[channel]!, bias[channel]!, low, high)
  }
  return codes
}

/** Bytes of a weight's payload: its numbers, and its scales (and, where affine, biases) as float64. */
export const payloadBytes = (weight: Pick<Weight, 'data' | 'quantization'>): number =>
  weight.data.byteLength + (weight.quantization ? scaleBytes(weight.quantization) : 0)

/** Bytes of scales, and of biases where the scheme has them. */
const scaleBytes = (quantization: Pick<Quantization, 'scheme' | 'scale'>): number =>
  quantization.scale.length * 8 * (quantization.scheme === 'affine' ? 2 : 1)
