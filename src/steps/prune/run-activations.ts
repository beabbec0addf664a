import { fail } from '../../core/problem.js'
import { Cancelled, type StepContext } from '../../core/step-file.js'
import type { Split } from '../../data/dataset.js'
import { someOf } from '../../data/some-of.js'
import { infer } from '../../fit/infer.js'
import type { Model } from '../../model/model.js'
import { buildRunnable } from '../../model/runnable.js'
import { logExecution } from '../../fit/execution.js'
import { observedLayer } from './observed-layer.js'

/** Activations of whole layers are held at once: small batches keep that small. */
const batchSize = 32

/** `count` examples, evenly spread over a split, in its order. */
export const evenly = (split: Split, count: number): Split => {
  const order = Uint32Array.from({ length: count }, (_, at) => Math.floor((at * split.count) / count))
  return someOf(split, order)
}

export interface Measure {
  readonly method: 'activation' | 'apoz'
  readonly norm: 'l1' | 'l2'
}

const figureOf = ({ method, norm }: Measure, value: number): number => {
  if (method === 'apoz') return value === 0 ? 0 : 1
  return norm === 'l1' ? Math.abs(value) : value * value
}

/**
 * For each of the layers a figure a channel, over all examples and places: the mean |a| (l1), the root of the mean a²
 * (l2), or the share of a ≠ 0 (apoz: 1 − APoZ of Hu et al. 2016). Summed in float64, in the examples' order.
 */
export const activationFigures = async (
  model: Model,
  layers: readonly string[],
  split: Split,
  measure: Measure,
  context: StepContext,
): Promise<ReadonlyMap<string, Float64Array>> => {
  const observed = new Map(layers.map(layer => [layer, observedLayer(model.network, layer)]))
  const widths = new Map(
    model.network.layers.map(({ name, config }) => [name, Number(config['filters'] ?? config['units'])]),
  )
  const sums = new Map(layers.map(layer => [layer, new Float64Array(widths.get(layer)!)]))
  const counts = new Map(layers.map(layer => [layer, 0]))
  const runnable = buildRunnable(model)
  try {
    const execution = await infer(
      runnable,
      split,
      {
        batchSize,
        taps: [...new Set(observed.values())],
        cancelled: () => context.cancelled(),
        emit: progress => context.emit(progress),
        phase: 'measuring activations',
      },
      (_batch, _output, taps) => {
        for (const [layer, tap] of observed) {
          const values = taps[tap]!
          const sum = sums.get(layer)!
          for (let at = 0; at < values.length; at++) sum[at % sum.length]! += figureOf(measure, values[at]!)
          counts.set(layer, counts.get(layer)! + values.length / sum.length)
        }
      },
    )
    logExecution(context, 'measuring activations', execution)
  } finally {
    runnable.dispose()
  }
  if (context.cancelled()) throw new Cancelled()
  return new Map(
    [...sums].map(([layer, sum]) => {
      const means = sum.map(each => each / counts.get(layer)!)
      if (!means.every(Number.isFinite))
        fail(
          'activation-not-finite',
          `layer "${observed.get(layer)}" gives values that are not finite, so its channels cannot be ranked`,
          'Look for a diverged training or a missing normalization.',
        )
      return [layer, measure.method === 'activation' && measure.norm === 'l2' ? means.map(Math.sqrt) : means]
    }),
  )
}
