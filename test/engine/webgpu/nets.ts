import { stream } from '../../../src/core/random.js'
import type { Batch, Split } from '../../../src/data/dataset.js'
import { fit } from '../../../src/fit/fit.js'
import type { FitOptions } from '../../../src/fit/fit.js'
import { losses } from '../../../src/fit/losses.js'
import { supervised } from '../../../src/fit/objective.js'
import { initialModel } from '../../../src/model/initial.js'
import { buildRunnable } from '../../../src/model/runnable.js'
import { networkOf } from '../../model/networks.js'

type Layers = Parameters<typeof networkOf>[0]

export interface Net {
  readonly layers: Layers
  readonly shape: number[]
}

/** Wide enough that the backend takes its tiled and vectorized kernels, and small enough for a GPU made of software. */
export const nets: Readonly<Record<string, Net>> = {
  cnn: {
    shape: [14, 14, 1],
    layers: [
      { conv2d: { filters: 16, kernelSize: 3, activation: 'relu' } },
      { maxPooling2d: { poolSize: 2 } },
      { conv2d: { filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' } },
      { maxPooling2d: { poolSize: 2 } },
      'flatten',
      { dropout: { rate: 0.25 } },
      { dense: { units: 64, activation: 'relu' } },
      { dense: { units: 10, activation: 'softmax' } },
    ],
  },
  mobile: {
    shape: [12, 12, 3],
    layers: [
      { conv2d: { filters: 16, kernelSize: 3, strides: 2, padding: 'same', useBias: false } },
      'batchNormalization',
      'reLU',
      { depthwiseConv2d: { kernelSize: 3, padding: 'same', useBias: false } },
      'batchNormalization',
      'reLU',
      { conv2d: { filters: 32, kernelSize: 1, useBias: false } },
      'batchNormalization',
      'reLU',
      { separableConv2d: { filters: 24, kernelSize: 3 } },
      { averagePooling2d: { poolSize: 2, padding: 'same' } },
      'globalAveragePooling2d',
      { dense: { units: 10, activation: 'softmax' } },
    ],
  },
  lstm: {
    shape: [12],
    layers: [
      { embedding: { inputDim: 50, outputDim: 16 } },
      { lstm: { units: 24, returnSequences: true } },
      { gru: { units: 16 } },
      { dense: { units: 10, activation: 'softmax' } },
    ],
  },
}

const splitOf = ({ shape, layers }: Net, count: number): Split => {
  const size = shape.reduce((product, side) => product * side, 1)
  const random = stream(7, 'examples')
  const indices = 'embedding' in Object(layers[0])
  const x = Float32Array.from({ length: count * size }, () =>
    indices ? Math.floor(random.uniform() * 50) : random.normal(),
  )
  const labels = Int32Array.from({ length: count }, (_, i) => i % 10)
  function* batches(most: number, order?: Uint32Array): Generator<Batch> {
    const rows = order ?? Uint32Array.from({ length: count }, (_, i) => i)
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
  return { name: 'train', count, labels, batches }
}

/** Trains for three steps of 32 examples on the engine that is open, and hands back the weights and the losses. */
export const threeSteps = async (
  net: Net,
  more: Partial<FitOptions> = {},
): Promise<Map<string, Float32Array>> => {
  const runnable = buildRunnable(initialModel(networkOf(net.layers, net.shape), 5))
  const losses3: number[] = []
  try {
    const { history } = await fit({
      runnable,
      objective: supervised(losses['sparseCategoricalCrossentropy']!({})),
      examples: { task: 'classification', inputShape: net.shape, outputs: 10 },
      train: splitOf(net, 96),
      validation: { ...splitOf(net, 40), name: 'validation' },
      epochs: 1,
      batchSize: 32,
      optimizer: { name: 'adam', settings: {} },
      learningRate: () => 1e-3,
      scores: ['accuracy'],
      seed: 3,
      cancelled: () => false,
      emit: () => undefined,
      ...more,
    })
    for (const { train, validation } of history) losses3.push(train['loss']!, validation!['loss']!)
    return new Map([...(await runnable.weights()), ['losses', Float32Array.from(losses3)]])
  } finally {
    runnable.dispose()
  }
}
