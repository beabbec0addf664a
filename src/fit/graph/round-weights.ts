import { dtypes } from '../../engine/graph/binding.js'
import type { Raw, RawOps } from '../../engine/graph/float64.js'
import { withRaw } from '../../engine/graph/float64.js'
import type { tf } from '../../engine/tf.js'
import type { Model } from '../../model/model.js'
import { codeRange, largestFloat } from '../../model/quantization.js'
import type { Tie } from '../../model/quantize-model.js'
import { channelOf, formatsOf, mostInteger, tiesOf } from '../../model/quantize-model.js'
import type { WeightFormat } from '../../model/scales.js'
import { leastStep } from '../../model/scales.js'

/** How a weight is rounded: one of each number a channel, or one in all. */
interface Scaling {
  readonly scale: Raw
  /** Absent: 0. */
  readonly bias?: Raw
  /** The scale is that of the weight's own range: no code lies outside its format, and no value outside float32. */
  readonly fits: boolean
}

const clamp = (ops: RawOps, x: Raw, low: Raw, high: Raw): Raw =>
  ops.apply('Minimum', ops.apply('Maximum', x, low), high)

/** `scaleOf` of the ranges of a weight, with a limit to its scale where there is one. */
const scalingOf = (
  ops: RawOps,
  x: Raw,
  { dtype, scheme, axis }: WeightFormat,
  limit: Raw | undefined,
): Scaling => {
  const codes = codeRange(dtype, scheme)
  const axes = x.shape.map((_, at) => at).filter(at => at !== axis)
  const zero = ops.float64(0)
  const end = (reduction: 'Min' | 'Max', within: string): Raw =>
    ops.apply(within, ops.cast(ops.reduce(reduction, x, axes), dtypes.float64), zero)
  const [from, to] = [end('Min', 'Minimum'), end('Max', 'Maximum')]
  const isSymmetric = scheme === 'symmetric'
  const width = isSymmetric ? ops.apply('Maximum', ops.apply('Neg', from), to) : ops.apply('Sub', to, from)
  const spread = ops.float64(isSymmetric ? codes.high : codes.high - codes.low)
  const isNone = ops.apply('Less', ops.apply('RealDiv', width, spread), ops.float64(leastStep))
  const all = (value: number): Raw =>
    ops.float64(new Float64Array(width.shape.reduce((a, b) => a * b, 1)).fill(value), width.shape)
  const found = ops.select(isNone, all(1), ops.apply('RealDiv', spread, width))
  const scale = limit === undefined ? found : ops.apply('Minimum', found, limit)
  if (isSymmetric) return { scale, fits: limit === undefined }
  const lowest = ops.float64(codes.low)
  const bias = ops.apply('Rint', ops.apply('Sub', lowest, ops.apply('Mul', from, found)))
  const within = clamp(ops, bias, lowest, ops.float64(codes.high))
  return { scale, bias: ops.select(isNone, all(0), within), fits: false }
}

/** `limitOf`: the largest scales of a kernel with which its layer's bias still fits int32. */
const limitFor = (ops: RawOps, bias: Raw, { input }: Tie, channels: number): Raw => {
  const size = ops.apply('Abs', ops.cast(bias, dtypes.float64))
  const each = ops.apply('RealDiv', ops.float64(mostInteger), ops.apply('Mul', size, ops.float64(input)))
  const count = bias.shape[0]!
  const by = Array.from({ length: count }, (_, at) => channelOf(at, count, channels))
  return ops.leastOf(each, by, channels)
}

/** The weight as it would be stored and read again, in float32. */
const rounded = (
  ops: RawOps,
  x: Raw,
  { dtype, scheme, axis }: WeightFormat,
  { scale, bias, fits }: Scaling,
): tf.Tensor => {
  const along = (each: Raw): Raw =>
    each.shape.length === 0 || axis === x.shape.length - 1
      ? each
      : ops.reshape(
          each,
          x.shape.map((side, at) => (at === axis ? side : 1)),
        )
  const by = along(scale)
  const zero = bias && along(bias)
  const spread = ops.apply('Mul', ops.cast(x, dtypes.float64), by)
  const codes = ops.apply('Rint', zero ? ops.apply('AddV2', spread, zero) : spread)
  const { low, high } = codeRange(dtype, scheme)
  const within = fits ? codes : clamp(ops, codes, ops.float64(low), ops.float64(high))
  // Through whole numbers, which have no −0.
  const whole = ops.cast(ops.cast(within, dtypes.int32), dtypes.float64)
  const back = ops.apply('RealDiv', zero ? ops.apply('Sub', whole, zero) : whole, by)
  const narrow = ops.cast(back, dtypes.float32)
  return ops.tensor(fits ? narrow : clamp(ops, narrow, ops.float32(-largestFloat), ops.float32(largestFloat)))
}

/**
 * A quantized model's weights, rounded on the native engine as `requantize` and `toFloat` round them in JavaScript, to
 * the same bits where they are finite: ranges, scales and codes are computed in float64. By name; those alone that are
 * quantized.
 */
export const roundWeights = (model: Model, weights: ReadonlyMap<string, tf.Tensor>): Map<string, tf.Tensor> =>
  withRaw(ops => {
    const formats = formatsOf(model)
    const ties = tiesOf(model.network, formats, model.marks.activations)
    const scalings = new Map<string, Scaling>()
    const raw = (name: string): Raw => ops.of(weights.get(name)!)
    for (const [name, format] of formats) {
      if (ties.has(name)) continue
      const x = raw(name)
      const [bias, tie] = [...ties].find(([, { kernel }]) => kernel === name) ?? []
      const channels = format.axis === undefined ? 1 : x.shape[format.axis]!
      const limits = bias && tie ? limitFor(ops, raw(bias), tie, channels) : undefined
      const limit = limits && format.axis === undefined ? ops.reshape(limits, []) : limits
      scalings.set(name, scalingOf(ops, x, format, limit))
    }
    const results = new Map<string, tf.Tensor>()
    for (const [name, format] of formats) {
      const tie = ties.get(name)
      const x = raw(name)
      if (tie === undefined) {
        results.set(name, rounded(ops, x, format, scalings.get(name)!))
        continue
      }
      const kernel = scalings.get(tie.kernel)!.scale
      const [channels, count] = [kernel.shape[0] ?? 1, x.shape[0]!]
      const scale = ops.apply('Mul', kernel, ops.float64(tie.input))
      const by = Array.from({ length: count }, (_, at) => channelOf(at, count, channels))
      const each = kernel.shape.length === 0 ? scale : ops.gather(scale, by)
      results.set(
        name,
        rounded(ops, x, { dtype: 'int32', scheme: 'symmetric', axis: 0 }, { scale: each, fits: false }),
      )
    }
    return results
  })
