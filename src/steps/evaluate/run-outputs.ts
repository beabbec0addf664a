import type { Batch, Split } from '../../data/dataset.js'
import { infer } from '../../fit/infer.js'
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

/**
 * Runs a model over a split, and a reference over the same batches; `onBatch` sees both outputs
 * (`count × outputs`). The reference may be the model itself.
 */
export const runOutputs = async (
  model: Runnable,
  reference: Runnable | undefined,
  split: Split,
  options: OutputOptions,
  onBatch: (batch: Batch, output: Float32Array, reference?: Float32Array) => void,
): Promise<void> => {
  const { batchSize, cancelled } = options
  for (let from = 0; from < split.count; from += stretch) {
    const part = partOf(split, from, Math.min(split.count, from + stretch))
    const kept: Float32Array[] = []
    const other = reference !== undefined && reference !== model
    if (other)
      await infer(reference, part, { batchSize, cancelled }, (_, output) => kept.push(output.slice()))
    let at = 0
    let seen = from
    await infer(model, part, { batchSize, cancelled }, (batch, output) => {
      onBatch(batch, output, other ? kept[at++] : reference && output)
      seen += batch.count
      options.emit(seen / split.count)
    })
  }
}
