import type { Batch } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import type { Plain } from './examples.js'
import { inputArray, inputTensor } from './examples.js'
import { graphsOff } from './graphs-on.js'
import type { Execution } from './trainer.js'

/** Says what is wanted of a batch, `count × ...inputShape`, by name. Sync, inside a tidy; in inference. */
export type Compute = (x: tf.Tensor) => Readonly<Record<string, tf.Tensor>>

/** What came of a batch, by name. */
export type Computed = Readonly<Record<string, Plain>>

export interface ForwardOptions {
  readonly inputShape: readonly number[]
  /** Sizes of the batches that will come. */
  readonly sizes: readonly number[]
  /** How many batches will come, for a graph must be worth the making. */
  readonly batches: number
  /** Absent: a graph may be made of it. */
  readonly unfit?: string
}

/** Runs batch after batch through something that does not change meanwhile. */
export interface Forward {
  readonly execution: Execution
  run(batch: Batch): Promise<Computed>
  dispose(): void
}

/** Batches from which on a graph is worth the making: measured, five to ten of 128 for convolutional and recurrent networks. */
const worthGraph = 8

const byOperations = (
  compute: Compute,
  { inputShape }: ForwardOptions,
  why: string | undefined,
): Forward => ({
  execution: { mode: 'operations', ...(why === undefined ? {} : { why }) },
  run: async batch => {
    const tensors = tf.tidy(() => ({ ...compute(inputTensor(batch, inputShape)) }))
    try {
      const names = Object.keys(tensors)
      const arrays = await Promise.all(names.map(name => tensors[name]!.data()))
      return Object.fromEntries(
        names.map((name, at) => [name, { values: arrays[at] as Float32Array, shape: tensors[name]!.shape }]),
      )
    } finally {
      tf.dispose(tensors)
    }
  },
  dispose: () => undefined,
})

/** The fastest way here: as a graph on the native engine, where it can be one and there is enough to do, else operation by operation. */
export const openForward = async (compute: Compute, options: ForwardOptions): Promise<Forward> => {
  const { inputShape, sizes, batches, unfit } = options
  const off = graphsOff()
  if (off) return byOperations(compute, options, off.why)
  if (unfit !== undefined || batches < worthGraph) return byOperations(compute, options, unfit)
  const [{ forwardGraph }, { NotRecordable }] = await Promise.all([
    import('./graph/forward-graph.js'),
    import('./graph/not-recordable.js'),
  ])
  try {
    const graph = forwardGraph(compute, inputShape, sizes)
    return {
      execution: { mode: 'graph' },
      run: batch => Promise.resolve(graph.run(inputArray(batch, inputShape).values, batch.count)),
      dispose: () => graph.dispose(),
    }
  } catch (error) {
    if (error instanceof NotRecordable) return byOperations(compute, options, error.message)
    throw error
  }
}
