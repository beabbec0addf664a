import { fail } from '../../core/problem.js'
import { stream } from '../../core/random.js'
import type { StepContext } from '../../core/step-file.js'
import type { Split } from '../../data/dataset.js'
import { someOf } from '../../data/some-of.js'
import { infer } from '../../fit/infer.js'
import type { ActivationQuantization, Model } from '../../model/model.js'
import { buildRunnable } from '../../model/runnable.js'
import { scaleOf } from '../../model/scales.js'
import { logExecution } from '../../fit/execution.js'
import type { QuantizeConfig } from './fields.js'
import type { FormatPlan } from './formats.js'

export interface Calibrated {
  readonly layer: string
  readonly low: number
  readonly high: number
}

/** Bins of a layer's histogram: a percentile is off by at most a bin, 1/8192 of the range. */
const bins = 8192

/** `count` examples of a split, drawn without replacement, in their stored order. */
export const sample = (split: Split, count: number, seed: number): Split => {
  const drawn = stream(seed, 'calibration').shuffle(Uint32Array.from({ length: split.count }, (_, at) => at))
  const order = drawn.slice(0, count).sort()
  return someOf(split, order)
}

/** Smallest and largest of what has been seen. Adding a number that is not finite fails. */
class Extremes {
  low = Infinity
  high = -Infinity

  add(layer: string, values: Float32Array): void {
    for (const value of values) {
      if (!Number.isFinite(value))
        fail(
          'activation-not-finite',
          `layer "${layer}" gives ${value} on the calibration data, so its output has no range`,
          'Look for a diverged training or a missing normalization.',
        )
      if (value < this.low) this.low = value
      if (value > this.high) this.high = value
    }
  }
}

/** Counts of values in equal bins between two ends. */
export class Histogram {
  readonly counts = new Float64Array(bins)
  total = 0
  readonly low: number
  readonly width: number

  constructor({ low, high }: { readonly low: number; readonly high: number }) {
    this.low = low
    this.width = (high - low) / bins
  }

  add(values: Float32Array): void {
    if (this.width === 0) return
    for (const value of values)
      this.counts[Math.min(bins - 1, Math.floor((value - this.low) / this.width))]!++
    this.total += values.length
  }

  /** The value that a share of all values lies below, straight within a bin. */
  quantile(share: number): number {
    let left = share * this.total
    for (let bin = 0; bin < bins; bin++) {
      const count = this.counts[bin]!
      if (count >= left && count > 0) return this.low + (bin + left / count) * this.width
      left -= count
    }
    return this.low + bins * this.width
  }
}

/** Ranges of layers' outputs on a split: the extremes, or with the outermost values cut off (a second pass over the data). */
export const rangesOn = async (
  model: Model,
  split: Split,
  layers: readonly string[],
  config: QuantizeConfig['calibration'],
  context: Pick<StepContext, 'emit' | 'cancelled' | 'log'>,
): Promise<Calibrated[]> => {
  const runnable = buildRunnable(model)
  const pass = async (phase: string, add: (layer: string, values: Float32Array) => void): Promise<void> => {
    const execution = await infer(
      runnable,
      split,
      {
        batchSize: config.batchSize,
        taps: layers,
        cancelled: () => context.cancelled(),
        emit: progress => context.emit(progress),
        phase,
      },
      (_, __, taps) => {
        for (const layer of layers) add(layer, taps[layer]!)
      },
    )
    logExecution(context, phase, execution)
  }
  try {
    const extremes = new Map(layers.map(layer => [layer, new Extremes()]))
    await pass('calibrating', (layer, values) => extremes.get(layer)!.add(layer, values))
    if (config.method === 'minmax')
      return layers.map(layer => ({ layer, low: extremes.get(layer)!.low, high: extremes.get(layer)!.high }))
    const histograms = new Map(layers.map(layer => [layer, new Histogram(extremes.get(layer)!)]))
    await pass('calibrating, second pass', (layer, values) => histograms.get(layer)!.add(values))
    const share = config.percentile / 100
    return layers.map(layer => {
      const histogram = histograms.get(layer)!
      if (histogram.width === 0) return { layer, low: histogram.low, high: histogram.low }
      return { layer, low: histogram.quantile(1 - share), high: histogram.quantile(share) }
    })
  } finally {
    runnable.dispose()
  }
}

/** The formats of the planned outputs, on the ranges that were found. */
export const activationsOf = (
  plan: FormatPlan,
  ranges: readonly Calibrated[],
): ReadonlyMap<string, ActivationQuantization> =>
  new Map(
    ranges.map(({ layer, low, high }) => {
      const dtype = plan.activations.get(layer)!
      const { scale, bias } = scaleOf(low, high, dtype, 'affine')
      const format = {
        dtype,
        scheme: 'affine',
        scale: Float64Array.of(scale),
        bias: Float64Array.of(bias),
      } as const
      return [layer, format]
    }),
  )
