import type { Plain } from '../../fit/examples.js'
import type { Compute } from '../../fit/forward.js'
import { graphsOff } from '../../fit/graphs-on.js'
import type { Execution } from '../../fit/trainer.js'
import { tf } from '../../engine/tf.js'
import type { Model } from '../../model/model.js'
import { buildRunnable } from '../../model/runnable.js'

/** Forward passes of several models on one batch. */
export interface Passes {
  /** Of all of them: a graph beside another model's operations would compare the two ways, not the models. */
  readonly execution: Execution
  /** Each runs a pass to its end, in the order of the models. */
  readonly each: readonly (() => Promise<void>)[]
  dispose(): void
}

const asOperations = async (
  load: readonly (() => Promise<Model>)[],
  { values, shape }: Plain,
  why?: string,
): Promise<Passes> => {
  const x = tf.tensor(values, [...shape])
  const runnables: ReturnType<typeof buildRunnable>[] = []
  const dispose = (): void => {
    x.dispose()
    for (const runnable of runnables) runnable.dispose()
  }
  try {
    for (const model of load) runnables.push(buildRunnable(await model()))
  } catch (error) {
    dispose()
    throw error
  }
  return {
    execution: { mode: 'operations', ...(why === undefined ? {} : { why }) },
    each: runnables.map(runnable => async () => {
      const output = tf.tidy(() => runnable.forward(x).output)
      await output.data()
      output.dispose()
    }),
    dispose,
  }
}

/** Weights lie in the session alone once it is open. */
const asGraphs = async (load: readonly (() => Promise<Model>)[], x: Plain): Promise<Passes> => {
  const { passGraph } = await import('../../fit/graph/forward-graph.js')
  const graphs: ReturnType<typeof passGraph>[] = []
  const dispose = (): void => {
    for (const graph of graphs) graph.dispose()
  }
  try {
    for (const model of load) {
      const runnable = buildRunnable(await model())
      const compute: Compute = batch => ({ output: runnable.forward(batch).output })
      try {
        graphs.push(passGraph(compute, x))
      } finally {
        runnable.dispose()
      }
    }
  } catch (error) {
    dispose()
    throw error
  }
  return {
    execution: { mode: 'graph' },
    each: graphs.map(graph => () => {
      graph.run()
      return Promise.resolve()
    }),
    dispose,
  }
}

/** Puts models and a batch on this thread's engine: as graphs where it runs them and each of the models can be one. */
export const openPasses = async (load: readonly (() => Promise<Model>)[], x: Plain): Promise<Passes> => {
  const off = graphsOff()
  if (off) return asOperations(load, x, off.why)
  const { NotRecordable } = await import('../../fit/graph/not-recordable.js')
  try {
    return await asGraphs(load, x)
  } catch (error) {
    if (error instanceof NotRecordable) return asOperations(load, x, error.message)
    throw error
  }
}
