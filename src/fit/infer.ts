import type { Progress } from '../core/event.js'
import { Cancelled } from '../core/step-file.js'
import type { Batch, Split } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import type { Runnable } from '../model/runnable.js'
import { inputTensor } from './examples.js'

export interface InferOptions {
  readonly batchSize: number
  /** Names of layers whose outputs are wanted beside the network's. */
  readonly taps?: readonly string[]
  /** Absence: never cancelled. */
  readonly cancelled?: () => boolean
  /** Absence: nobody watches. */
  readonly emit?: (progress: Progress) => void
  /** What the progress says that this is; absence: `inference`. */
  readonly phase?: string
}

/**
 * Runs a network over a split in its stored order, without training behaviour (no dropout, moving averages fixed).
 * `onBatch` gets the batch, the network's output (`count × ...outputShape`, row-major) and the tapped layers' outputs.
 * Throws `Cancelled` between batches.
 */
export const infer = async (
  runnable: Runnable,
  split: Split,
  options: InferOptions,
  onBatch: (batch: Batch, output: Float32Array, taps: Record<string, Float32Array>) => void,
): Promise<void> => {
  const taps = options.taps ?? []
  let done = 0
  for (const batch of split.batches(options.batchSize)) {
    if (options.cancelled?.()) throw new Cancelled()
    const results = tf.tidy(() => {
      const x = inputTensor(batch, runnable.network.inputShape)
      const ran = runnable.forward(x, { training: false, taps: [...taps] })
      return [ran.output, ...taps.map(name => ran.taps[name]!)]
    })
    const arrays = (await Promise.all(results.map(result => result.data()))) as Float32Array[]
    tf.dispose(results)
    onBatch(batch, arrays[0]!, Object.fromEntries(taps.map((name, i) => [name, arrays[i + 1]!])))
    done += batch.count
    options.emit?.({ phase: options.phase ?? 'inference', done: done / split.count })
  }
}
