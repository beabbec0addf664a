import { homedir } from 'node:os'
import { join } from 'node:path'
import { differenceOf } from '../../src/core/promise.js'
import { stream } from '../../src/core/random.js'
import type { Batch, Split } from '../../src/data/dataset.js'
import { findNative } from '../../src/engine/native/find.js'
import { openEngine } from '../../src/engine/open.js'
import { fit } from '../../src/fit/fit.js'
import type { FitOptions, FitResult } from '../../src/fit/fit.js'
import { losses } from '../../src/fit/losses.js'
import { supervised } from '../../src/fit/objective.js'
import { buildRunnable } from '../../src/model/runnable.js'
import type { Network } from '../../src/network/network.js'
import { factsOfNetwork } from '../../src/network/propagate.js'
import { stirredModel } from '../model/networks.js'

process.env['TRIMTAB_ENGINES'] =
  process.env['TRIMTAB_TEST_ENGINES'] ?? join(homedir(), '.cache/trimtab/engines')
// oneDNN computes a fused operation otherwise than its parts one by one.
process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0'

const state = findNative()
if (!state.ready) console.log(`graphs did not run: ${state.why}`)

/** Opens the native engine; false where this machine has none, and then nothing can be tested. */
export const openedNative = async (): Promise<boolean> => {
  if (state.ready) await openEngine('native')
  return state.ready
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

export interface DataOptions {
  readonly name?: Split['name']
  readonly count?: number
  /** Whole numbers below this, in place of normal ones. */
  readonly indices?: number
  /** Classes as labels; absent: targets in the shape of the output. */
  readonly classes?: number
}

/** Examples for a network, drawn; targets lie between 0.05 and 0.95. */
export const dataFor = (network: Network, options: DataOptions = {}): Split => {
  const { name = 'train', count = 11, indices, classes = 0 } = options
  const [width, outputs] = [sizeOf(network.inputShape), sizeOf(factsOfNetwork(network).outputShape)]
  const random = stream(1, name)
  const x = Float32Array.from({ length: count * width }, () =>
    indices === undefined ? random.normal() : Math.floor(random.uniform() * indices),
  )
  const targets = Float32Array.from({ length: count * outputs }, () => 0.05 + 0.9 * random.uniform())
  const labels = Int32Array.from({ length: count }, () => Math.floor(random.uniform() * classes))
  const rowsOf = (from: Float32Array, size: number, rows: Uint32Array): Float32Array =>
    Float32Array.from([...rows].flatMap(at => [...from.subarray(at * size, at * size + size)]))
  return {
    name,
    count,
    labels,
    *batches(most, order): Generator<Batch> {
      const rows = order ?? Uint32Array.from({ length: count }, (_, at) => at)
      for (let start = 0; start < rows.length; start += most) {
        const chosen = rows.slice(start, start + most)
        yield {
          count: chosen.length,
          x: rowsOf(x, width, chosen),
          labels: Int32Array.from(chosen, at => labels[at]!),
          targets: classes > 0 ? new Float32Array(0) : rowsOf(targets, outputs, chosen),
          indices: chosen,
        }
      }
    },
  }
}

/** A training of a network with moved weights: two epochs of three steps, the last of a smaller batch. */
export const trainingOf = (
  network: Network,
  more: Partial<FitOptions> = {},
  data: DataOptions = {},
): FitOptions => {
  const classes = data.classes !== undefined
  return {
    runnable: buildRunnable(stirredModel(network, 3)),
    objective: supervised(losses[classes ? 'categoricalCrossentropy' : 'meanSquaredError']!({})),
    examples: {
      task: classes ? 'classification' : 'regression',
      inputShape: network.inputShape,
      outputs: sizeOf(factsOfNetwork(network).outputShape),
    },
    train: dataFor(network, data),
    validation: dataFor(network, { ...data, name: 'validation', count: 4 }),
    epochs: 2,
    batchSize: 4,
    optimizer: { name: 'adam', settings: {} },
    learningRate: step => 0.02 / (1 + step),
    scores: classes ? ['accuracy'] : ['meanSquaredError'],
    seed: 3,
    cancelled: () => false,
    emit: () => undefined,
    ...more,
  }
}

/** Runs something with graphs, or operation by operation. */
export const withGraphs = async <T>(mode: 'on' | 'off', work: () => Promise<T>): Promise<T> => {
  const before = process.env['TRIMTAB_GRAPH']
  process.env['TRIMTAB_GRAPH'] = mode
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env['TRIMTAB_GRAPH']
    else process.env['TRIMTAB_GRAPH'] = before
  }
}

export interface Ran {
  readonly result: FitResult
  readonly weights: Map<string, Float32Array>
}

export const ran = async (options: FitOptions, mode: 'on' | 'off'): Promise<Ran> => {
  const result = await withGraphs(mode, () => fit(options))
  const weights = await options.runnable.weights()
  options.runnable.dispose()
  return { result, weights }
}

/** How far two trainings ended apart: their weights, and every number of their histories, relative to the largest. */
export const apartOf = (a: Ran, b: Ran): number => {
  let worst = 0
  for (const [name, values] of a.weights) worst = Math.max(worst, differenceOf(values, b.weights.get(name)!))
  a.result.history.forEach((record, at) => {
    const other = b.result.history[at]!
    for (const [name, value] of Object.entries({ ...record.train, ...record.validation }))
      worst = Math.max(worst, differenceOf([value], [{ ...other.train, ...other.validation }[name]!]))
  })
  return worst
}

/** The same training as graphs and operation by operation; `make` gives it anew each time. */
export const bothWays = async (
  make: () => FitOptions,
): Promise<{ readonly graph: Ran; readonly operations: Ran; readonly apart: number }> => {
  const graph = await ran(make(), 'on')
  const operations = await ran(make(), 'off')
  return { graph, operations, apart: apartOf(graph, operations) }
}
