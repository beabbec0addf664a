import type { Batch, Split } from '../../data/dataset.js'
import type { Forward } from '../../fit/forward.js'
import { sizesOf } from '../../fit/graphs-on.js'
import { openInference, runOver } from '../../fit/infer.js'
import type { Execution } from '../../fit/trainer.js'
import type { Runnable } from '../../model/runnable.js'

/** Examples whose outputs are kept at once, so that a reference's outputs never take more memory than this many. */
const stretch = 4096

const partOf = (split: Split, from: number, to: number): Split => {
  const order = Uint32Array.from({ length: to - from }, (_, i) => from + i)
  return { ...split, count: to - from, batches: size => split.batches(size, order) }
}

export interface OutputOptions {
  readonly batchSize: number
  readonly cancelled: () => boolean
  readonly emit: (done: number) => void
}

/** Whole stretches are cut alike, and what is left behind them. */
const sizesWithin = (count: number, batchSize: number): number[] => {
  const whole = count < stretch ? [] : sizesOf(stretch, batchSize)
  return [...new Set([...whole, ...sizesOf(count % stretch, batchSize)])]
}

/**
 * Runs a model over a split, and a reference over the same batches; `onBatch` sees both outputs
 * (`count × outputs`). The reference may be the model itself. Says how the model ran.
 */
export const runOutputs = async (
  model: Runnable,
  reference: Runnable | undefined,
  split: Split,
  options: OutputOptions,
  onBatch: (batch: Batch, output: Float32Array, reference?: Float32Array) => void,
): Promise<Execution> => {
  const { batchSize, cancelled } = options
  const about = { sizes: sizesWithin(split.count, batchSize), batches: Math.ceil(split.count / batchSize) }
  const opened: Forward[] = []
  const open = async (runnable: Runnable): Promise<Forward> => {
    const forward = await openInference(runnable, about)
    opened.push(forward)
    return forward
  }
  try {
    const forward = await open(model)
    const other = reference === undefined || reference === model ? undefined : await open(reference)
    for (let from = 0; from < split.count; from += stretch) {
      const part = partOf(split, from, Math.min(split.count, from + stretch))
      const kept: Float32Array[] = []
      if (other)
        await runOver(other, part, { batchSize, cancelled }, (_, output) => kept.push(output.slice()))
      let at = 0
      let seen = from
      await runOver(forward, part, { batchSize, cancelled }, (batch, output) => {
        onBatch(batch, output, other ? kept[at++] : reference && output)
        seen += batch.count
        options.emit(seen / split.count)
      })
    }
    return forward.execution
  } finally {
    for (const forward of opened) forward.dispose()
  }
}
