import { stream } from '../../../src/core/random.js'
import type { Batch, Split } from '../../../src/data/dataset.js'
import { fit } from '../../../src/fit/fit.js'
import { infer } from '../../../src/fit/infer.js'
import { losses } from '../../../src/fit/losses.js'
import { penalty, supervised } from '../../../src/fit/objective.js'
import { rules } from '../../../src/fit/optimizer.js'
import { buildRunnable } from '../../../src/model/runnable.js'
import { networkOf, stirredModel } from '../../model/networks.js'
import type { Case, Figures } from './parts.js'

export interface Net {
  readonly input: readonly number[]
  /** Whole numbers below this: indices into an embedding. */
  readonly indices?: number
  readonly layers: readonly unknown[]
}

const classes = { dense: { units: 4, activation: 'softmax' } }
const convolve = (filters: number, more: object = {}): unknown => ({
  conv2d: { filters, kernelSize: 3, padding: 'same', activation: 'relu', ...more },
})

/** Between them every family of layers; small enough for the engine of plain JavaScript. */
export const nets: Readonly<Record<string, Net>> = {
  mlp: {
    input: [7],
    layers: [
      { dense: { units: 9, activation: 'relu' } },
      { dense: { units: 5, activation: 'tanh' } },
      classes,
    ],
  },
  cnn: {
    input: [8, 8, 1],
    layers: [
      { conv2d: { filters: 5, kernelSize: 3, activation: 'relu' } },
      'maxPooling2d',
      { conv2d: { filters: 6, kernelSize: 2, activation: 'relu' } },
      'flatten',
      { dense: { units: 8, activation: 'relu' } },
      classes,
    ],
  },
  'residual with batch normalization': {
    input: [6, 6, 3],
    layers: [
      convolve(4, { name: 'first' }),
      convolve(4, { activation: 'linear', useBias: false }),
      'batchNormalization',
      { activation: { activation: 'relu', name: 'second' } },
      { add: { from: ['first', 'second'] } },
      'globalAveragePooling2d',
      classes,
    ],
  },
  'depthwise separable': {
    input: [7, 6, 3],
    layers: [
      { depthwiseConv2d: { kernelSize: 3, padding: 'same', useBias: false } },
      'batchNormalization',
      { reLU: { maxValue: 6 } },
      { conv2d: { filters: 6, kernelSize: 1, strides: 2 } },
      { separableConv2d: { filters: 5, kernelSize: 3, padding: 'same', activation: 'relu' } },
      { averagePooling2d: { poolSize: 2 } },
      'flatten',
      classes,
    ],
  },
  lstm: { input: [5, 3], layers: [{ lstm: { units: 6 } }, classes] },
  gru: {
    input: [5, 3],
    layers: [{ gru: { units: 5, returnSequences: true } }, 'globalMaxPooling1d', classes],
  },
  'simple rnn': {
    input: [6, 3],
    layers: [{ simpleRNN: { units: 7, activation: 'relu' } }, classes],
  },
  'recurrent stack with dropout': {
    input: [6, 4],
    layers: [
      { gru: { units: 6, returnSequences: true, dropout: 0.25, recurrentDropout: 0.2 } },
      { lstm: { units: 5, returnSequences: true, goBackwards: true, recurrentDropout: 0.25 } },
      { simpleRNN: { units: 5, dropout: 0.2, recurrentDropout: 0.2 } },
      classes,
    ],
  },
  'embedding and conv1d': {
    input: [8],
    indices: 9,
    layers: [
      { embedding: { inputDim: 9, outputDim: 4 } },
      { conv1d: { filters: 5, kernelSize: 3, activation: 'relu' } },
      'globalAveragePooling1d',
      'layerNormalization',
      classes,
    ],
  },
  'decoder with dropout': {
    input: [4, 4, 2],
    layers: [
      { conv2dTranspose: { filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' } },
      { dropout: { rate: 0.25 } },
      'prelu',
      { maxPooling2d: { poolSize: 3, strides: 2, padding: 'same' } },
      'flatten',
      classes,
    ],
  },
}

/** Drawn examples, in batches as they are stored or as asked. */
export const drawnSplit = (
  { input, indices }: Pick<Net, 'input' | 'indices'>,
  count: number,
  outputs: number,
): Split => {
  const random = stream(17, 'examples', ...input.map(String))
  const size = input.reduce((product, side) => product * side, 1)
  const x = Float32Array.from({ length: count * size }, () =>
    indices === undefined ? random.normal() : random.below(indices),
  )
  const labels = Int32Array.from({ length: count }, () => random.below(outputs))
  function* batches(most: number, order?: Uint32Array): Generator<Batch> {
    const rows = order ?? Uint32Array.from({ length: count }, (_, at) => at)
    for (let from = 0; from < rows.length; from += most) {
      const chosen = rows.slice(from, from + most)
      const values = new Float32Array(chosen.length * size)
      chosen.forEach((row, at) => values.set(x.subarray(row * size, (row + 1) * size), at * size))
      yield {
        count: chosen.length,
        x: values,
        labels: Int32Array.from(chosen, row => labels[row]!),
        targets: new Float32Array(0),
        indices: chosen,
      }
    }
  }
  return { name: 'train', count, labels, batches }
}

interface How {
  readonly optimizer: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly loss: string
  readonly clip?: number
  readonly l1?: number
}

const adam: How = { optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' }

/** Three steps, the last one of a smaller batch: losses, all weights, and what the network then says. */
const threeSteps = async (net: Net, how: How = adam): Promise<Figures> => {
  const model = stirredModel(networkOf(net.layers, net.input), 23)
  const runnable = buildRunnable(model)
  const split = drawnSplit(net, 14, 4)
  const figures: Figures = new Map()
  try {
    const { history } = await fit({
      runnable,
      objective: supervised(
        losses[how.loss]!({}),
        how.l1 === undefined
          ? undefined
          : penalty(
              runnable.trainable.map(name => runnable.variables.get(name)!),
              how.l1,
              how.l1,
            ),
      ),
      examples: { task: 'classification', inputShape: net.input, outputs: 4 },
      train: split,
      validation: split,
      epochs: 1,
      batchSize: 5,
      optimizer: { name: how.optimizer, settings: how.settings ?? {} },
      ...(how.clip === undefined ? {} : { clip: { norm: how.clip, value: 3 * how.clip } }),
      learningRate: step => 0.01 / (1 + step),
      scores: ['accuracy'],
      seed: 3,
      cancelled: () => false,
      emit: () => undefined,
    })
    figures.set('loss', Float32Array.of(history[0]!.train['loss']!, history[0]!.validation!['loss']!))
    for (const [name, values] of await runnable.weights()) figures.set(name, values)
    const said: number[] = []
    await infer(runnable, split, { batchSize: 5 }, (_, output) => said.push(...output))
    figures.set('output', Float32Array.from(said))
  } finally {
    runnable.dispose()
  }
  return figures
}

/** Three Adam steps of ten networks. */
export const netParts: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries(nets).map(([name, net]) => [`net ${name}`, { run: () => threeSteps(net) }]),
)

const ways: Readonly<Record<string, How>> = {
  ...Object.fromEntries(Object.keys(rules).map(optimizer => [optimizer, { ...adam, optimizer }])),
  momentum: { ...adam, optimizer: 'sgd', settings: { momentum: 0.9, nesterov: true } },
  amsgrad: { ...adam, settings: { amsgrad: true, weightDecay: 0.01 } },
  centered: { ...adam, optimizer: 'rmsprop', settings: { centered: true, momentum: 0.5 } },
  clipped: { ...adam, clip: 0.1 },
  penalized: { ...adam, l1: 0.01 },
  ...Object.fromEntries(Object.keys(losses).map(loss => [loss, { ...adam, loss }])),
}

/** Three steps of a small network with every optimizer and every loss. */
export const fitParts: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries(ways).map(([name, how]) => [`fit ${name}`, { run: () => threeSteps(nets['mlp']!, how) }]),
)
