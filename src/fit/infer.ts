import type { Progress } from '../core/event.js'
import { Cancelled } from '../core/step-file.js'
import type { Batch, Split } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import type { Runnable } from '../model/runnable.js'
import { inputArray, inputTensor } from './examples.js'
import { graphsOff, sizesOf } from './graphs-on.js'

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

/** Batches from which on a graph is worth the making. */
const worthGraph = 4

/** The network as a graph, where the engine runs graphs and there is enough to do; a hook sees each layer's output in JavaScript. */
const graphOf = async (runnable: Runnable, split: Split, batchSize: number, taps: readonly string[]) => {
  if (graphsOff() || split.count < worthGraph * batchSize || runnable.hooks.activation) return undefined
  const { openForward } = await import('./graph/forward-graph.js')
  return openForward(runnable, taps, sizesOf(split.count, batchSize))
}

const operationByOperation = async (
  runnable: Runnable,
  batch: Batch,
  taps: readonly string[],
): Promise<Float32Array[]> => {
  const results = tf.tidy(() => {
    const x = inputTensor(batch, runnable.network.inputShape)
    const ran = runnable.forward(x, { training: false, taps: [...taps] })
    return [ran.output, ...taps.map(name => ran.taps[name]!)]
  })
  const arrays = (await Promise.all(results.map(result => result.data()))) as Float32Array[]
  tf.dispose(results)
  return arrays
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
  const { batchSize, cancelled, emit, phase = 'inference' } = options
  const graph = await graphOf(runnable, split, batchSize, taps)
  let done = 0
  try {
    for (const batch of split.batches(batchSize)) {
      if (cancelled?.()) throw new Cancelled()
      const arrays =
        graph?.run(inputArray(batch, runnable.network.inputShape).values, batch.count) ??
        (await operationByOperation(runnable, batch, taps))
      onBatch(batch, arrays[0]!, Object.fromEntries(taps.map((name, i) => [name, arrays[i + 1]!])))
      done += batch.count
      emit?.({ phase, done: done / split.count })
    }
  } finally {
    graph?.dispose()
  }
}
