import { layers as keras } from '../../src/engine/tf.js'

const L = keras.layers
type Layer = InstanceType<typeof keras.LayersModel>['layers'][number]

/** A layer, the shapes of its inputs (with the batch), and what its inputs are drawn as. */
export interface LayerCase {
  readonly make: () => Layer
  readonly inputs: readonly number[][]
  /** Whole numbers below this: inputs that are indices and have no gradient. */
  readonly indices?: number
  /** Where the cpu engine's gradient is wrong, how: numeric differentiation alone is then the judge. */
  readonly cpuWrong?: string
  /** Coarser than usual where the layer has many steps of float32 rounding. */
  readonly tolerance?: number
}

const image = [2, 7, 6, 3]
const sequence = [3, 5, 4]
const one = (make: () => Layer, shape: number[], more: Partial<LayerCase> = {}): LayerCase => ({
  make,
  inputs: [shape],
  ...more,
})

const activations = [
  'elu',
  'hardSigmoid',
  'linear',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'tanh',
  'swish',
  'mish',
  'gelu',
  'gelu_new',
] as const

/** Every layer type of tfjs-layers that has weights to train, or passes a gradient on. */
export const trainable: Record<string, LayerCase> = {
  dense: one(() => L.dense({ units: 5 }), [4, 7]),
  denseRelu: one(() => L.dense({ units: 9, activation: 'relu' }), [4, 7]),
  denseSequence: one(() => L.dense({ units: 5, activation: 'tanh' }), sequence),
  conv1d: one(() => L.conv1d({ filters: 5, kernelSize: 3 }), sequence),
  conv1dStrided: one(() => L.conv1d({ filters: 5, kernelSize: 2, strides: 2, padding: 'same' }), sequence),
  conv2d: one(() => L.conv2d({ filters: 5, kernelSize: 3 }), image),
  conv2dSame: one(
    () => L.conv2d({ filters: 4, kernelSize: 5, strides: 2, padding: 'same', activation: 'relu' }),
    image,
  ),
  conv2dPointwise: one(() => L.conv2d({ filters: 9, kernelSize: 1 }), image),
  conv2dChannelsFirst: one(
    () => L.conv2d({ filters: 4, kernelSize: 2, dataFormat: 'channelsFirst' }),
    [2, 3, 5, 6],
  ),
  conv2dTranspose: one(() => L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2 }), [2, 4, 3, 3]),
  conv2dTransposeSame: one(
    () => L.conv2dTranspose({ filters: 5, kernelSize: 2, strides: 3, padding: 'same' }),
    [1, 3, 4, 2],
  ),
  conv3d: one(() => L.conv3d({ filters: 3, kernelSize: 2 }), [2, 3, 4, 4, 2]),
  conv3dSame: one(
    () => L.conv3d({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
    [1, 4, 4, 3, 2],
  ),
  depthwiseConv2d: one(() => L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), image),
  depthwiseConv2dSame: one(() => L.depthwiseConv2d({ kernelSize: 3, padding: 'same', strides: 2 }), image),
  separableConv2d: one(() => L.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2 }), image),
  batchNormalization: one(() => L.batchNormalization({}), image, { tolerance: 1e-3 }),
  batchNormalizationDense: one(() => L.batchNormalization({}), [6, 5], { tolerance: 1e-3 }),
  layerNormalization: one(() => L.layerNormalization({}), sequence, { tolerance: 1e-3 }),
  maxPooling1d: one(() => L.maxPooling1d({ poolSize: 2 }), sequence),
  maxPooling2d: one(() => L.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), image),
  maxPooling3d: one(() => L.maxPooling3d({ poolSize: 2 }), [2, 4, 4, 4, 3]),
  averagePooling1d: one(() => L.averagePooling1d({ poolSize: 2 }), sequence),
  averagePooling2d: one(() => L.averagePooling2d({ poolSize: 2 }), image),
  averagePooling2dSame: one(() => L.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }), image, {
    cpuWrong: 'divides by the whole window where part of it is padding',
  }),
  averagePooling3d: one(() => L.averagePooling3d({ poolSize: 2 }), [2, 4, 4, 4, 3]),
  globalAveragePooling1d: one(() => L.globalAveragePooling1d({}), sequence),
  globalAveragePooling2d: one(() => L.globalAveragePooling2d({}), image),
  globalMaxPooling1d: one(() => L.globalMaxPooling1d({}), sequence),
  globalMaxPooling2d: one(() => L.globalMaxPooling2d({}), image),
  embedding: one(() => L.embedding({ inputDim: 9, outputDim: 4 }), [3, 5], { indices: 9 }),
  simpleRNN: one(() => L.simpleRNN({ units: 5 }), sequence),
  gru: one(() => L.gru({ units: 5, returnSequences: true }), sequence),
  lstm: one(() => L.lstm({ units: 5 }), sequence),
  bidirectional: one(
    () => L.bidirectional({ layer: L.lstm({ units: 3 }) as never, mergeMode: 'concat' }) as Layer,
    sequence,
  ),
  stackedCells: one(
    () => L.rnn({ cell: [L.gruCell({ units: 3 }), L.lstmCell({ units: 2 })] as never }) as Layer,
    sequence,
  ),
  convLstm2d: one(() => L.convLstm2d({ filters: 2, kernelSize: 2 }), [1, 3, 4, 4, 2]),
  timeDistributed: one(() => L.timeDistributed({ layer: L.dense({ units: 3 }) }), sequence),
  prelu: one(() => L.prelu({ alphaInitializer: 'randomNormal' }), [3, 5]),
  preluShared: one(() => L.prelu({ alphaInitializer: 'randomNormal', sharedAxes: [1, 2] }), image),
  leakyReLU: one(() => L.leakyReLU({}), [3, 5]),
  elu: one(() => L.elu(), [3, 5]),
  reLU: one(() => L.reLU({ maxValue: 1 }), [3, 5]),
  softmaxLayer: one(() => L.softmax({}), [3, 5]),
  flatten: one(() => L.flatten(), image),
  reshape: one(() => L.reshape({ targetShape: [6, 21] }), image),
  permute: one(() => L.permute({ dims: [2, 3, 1] }), image),
  repeatVector: one(() => L.repeatVector({ n: 3 }), [3, 5]),
  zeroPadding2d: one(
    () =>
      L.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
    image,
  ),
  cropping2D: one(
    () =>
      L.cropping2D({
        cropping: [
          [1, 2],
          [0, 1],
        ],
      }),
    image,
  ),
  upSampling2d: one(() => L.upSampling2d({ size: [2, 2] }), [1, 4, 4, 3]),
  upSampling2dBatch: one(() => L.upSampling2d({ size: [2, 3] }), image, {
    cpuWrong: 'mixes up images of a batch',
  }),
  upSamplingBilinear: one(() => L.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }), [1, 4, 4, 3]),
  rescaling: one(() => L.rescaling({ scale: 0.5, offset: 1 }), image),
  ...Object.fromEntries(
    activations.map(name => [`activation ${name}`, one(() => L.activation({ activation: name }), [3, 5])]),
  ),
  ...Object.fromEntries(
    (
      [
        ['add', () => L.add()],
        ['average', () => L.average()],
        ['multiply', () => L.multiply()],
        ['maximum', () => L.maximum()],
        ['minimum', () => L.minimum()],
        ['concatenate', () => L.concatenate()],
      ] as [string, () => Layer][]
    ).map(([name, make]) => [name, { make, inputs: [image, image] }]),
  ),
  dot: {
    make: () => L.dot({ axes: 1 }),
    inputs: [
      [3, 5],
      [3, 5],
    ],
  },
}
