import { digestOf } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import type { Batch, Split } from '../../src/data/dataset.js'
import type { FitOptions } from '../../src/fit/fit.js'
import { losses } from '../../src/fit/losses.js'
import { supervised } from '../../src/fit/objective.js'
import { initialModel } from '../../src/model/initial.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { networkOf } from '../model/networks.js'

const inputShape = [4, 3, 1]
const size = 12
const splitOf = (name: Split['name'], count: number): Split => {
  const random = stream(1, name)
  const x = Float32Array.from({ length: count * size }, () => random.normal())
  const labels = Int32Array.from(
    { length: count },
    (_, at) => (x[at * size]! > 0 ? 1 : 0) + (x[at * size + 1]! > 0 ? 1 : 0),
  )
  function* batches(most: number, order?: Uint32Array): Generator<Batch> {
    const rows = order ?? Uint32Array.from({ length: count }, (_, at) => at)
    for (let start = 0; start < rows.length; start += most) {
      const indices = rows.slice(start, start + most)
      yield {
        count: indices.length,
        x: Float32Array.from([...indices].flatMap(at => [...x.subarray(at * size, at * size + size)])),
        labels: Int32Array.from(indices, at => labels[at]!),
        targets: new Float32Array(0),
        indices,
      }
    }
  }
  return { name, count, labels, batches }
}
export const train = splitOf('train', 45)
const validation = splitOf('validation', 20)
export const network = networkOf(
  [
    { conv2d: { filters: 5, kernelSize: 2, activation: 'relu' } },
    'batchNormalization',
    'flatten',
    { dropout: { rate: 0.3 } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  inputShape,
)

export const optionsFor = (more: Partial<FitOptions> = {}): FitOptions => ({
  runnable: buildRunnable(initialModel(network, 5)),
  objective: supervised(losses['sparseCategoricalCrossentropy']!({})),
  examples: { task: 'classification', inputShape, outputs: 3 },
  train,
  validation,
  epochs: 6,
  batchSize: 10,
  optimizer: { name: 'nadam', settings: { weightDecay: 0.01 } },
  learningRate: step => 0.02 / (1 + step),
  scores: ['accuracy', 'top5'],
  seed: 3,
  cancelled: () => false,
  emit: () => undefined,
  ...more,
})
export const bits = async ({ runnable }: FitOptions): Promise<string> => {
  const weights = await runnable.weights()
  return digestOf(Buffer.concat([...weights.values()].map(values => new Uint8Array(values.buffer))))
}
