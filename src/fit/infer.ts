import type { Progress } from '../core/event.js'
import { Cancelled } from '../core/step-file.js'
import type { Batch, Split } from '../data/dataset.js'
import type { Runnable } from '../model/runnable.js'
import { openForward } from './forward.js'
import type { Compute, Forward } from './forward.js'
import { sizesOf } from './graphs-on.js'
import type { Execution } from './trainer.js'

export interface RunOptions {
  readonly batchSize: number
  /** Absence: never cancelled. */
  readonly cancelled?: () => boolean
  /** Absence: nobody watches. */
  readonly emit?: (progress: Progress) => void
  /** What the progress says that this is; absence: `inference`. */
  readonly phase?: string
}

export interface InferOptions extends RunOptions {
  /** Names of layers whose outputs are wanted beside the network's. */
  readonly taps?: readonly string[]
}

/** Gets a batch, the network's output (`count × ...outputShape`, row-major) and the tapped layers' outputs. */
type OnBatch = (batch: Batch, output: Float32Array, taps: Record<string, Float32Array>) => void

/** A network in inference: its output as `output`, and each tapped layer's as `tap:LAYER`. */
const computeOf =
  (runnable: Runnable, taps: readonly string[]): Compute =>
  x => {
    const ran = runnable.forward(x, { training: false, taps: [...taps] })
    return { output: ran.output, ...Object.fromEntries(taps.map(name => [`tap:${name}`, ran.taps[name]!])) }
  }

/** A network to run over splits, cut into batches of these sizes: for `runOver`. The caller disposes of it. */
export const openInference = (
  runnable: Runnable,
  about: { readonly sizes: readonly number[]; readonly batches: number; readonly taps?: readonly string[] },
): Promise<Forward> =>
  openForward(computeOf(runnable, about.taps ?? []), {
    inputShape: runnable.network.inputShape,
    sizes: about.sizes,
    batches: about.batches,
    ...(runnable.hooks.activation ? { unfit: "JavaScript looks at each layer's output" } : {}),
  })

/** Runs what was opened over a split in its stored order. Throws `Cancelled` between batches. */
export const runOver = async (
  forward: Forward,
  split: Split,
  { batchSize, cancelled, emit, phase = 'inference' }: RunOptions,
  onBatch: OnBatch,
): Promise<void> => {
  let done = 0
  for (const batch of split.batches(batchSize)) {
    if (cancelled?.()) throw new Cancelled()
    const { output, ...taps } = await forward.run(batch)
    onBatch(
      batch,
      output!.values,
      Object.fromEntries(Object.entries(taps).map(([name, { values }]) => [name.slice(4), values])),
    )
    done += batch.count
    emit?.({ phase, done: done / split.count })
  }
}

/** Runs a network over a split, without training behaviour (no dropout, moving averages fixed). Says how. */
export const infer = async (
  runnable: Runnable,
  split: Split,
  options: InferOptions,
  onBatch: OnBatch,
): Promise<Execution> => {
  const { batchSize, taps } = options
  const forward = await openInference(runnable, {
    sizes: sizesOf(split.count, batchSize),
    batches: Math.ceil(split.count / batchSize),
    ...(taps ? { taps } : {}),
  })
  try {
    await runOver(forward, split, options, onBatch)
    return forward.execution
  } finally {
    forward.dispose()
  }
}
