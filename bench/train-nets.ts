// The networks of bench/train.mjs, as a recipe writes their layers: the five that it takes by itself, and further recurrent ones.

interface Net {
  readonly input: readonly number[]
  readonly classes: number
  readonly layers: readonly unknown[]
}

const norm = (name: string): unknown[] => [
  { batchNormalization: { name: `${name}-norm` } },
  { activation: { activation: 'relu', name: `${name}-relu` } },
]

const separable = (at: number, filters: number, strides: number): unknown[] => [
  { depthwiseConv2d: { kernelSize: 3, strides, padding: 'same', useBias: false, name: `depth${at}` } },
  ...norm(`depth${at}`),
  { conv2d: { filters, kernelSize: 1, useBias: false, name: `point${at}` } },
  ...norm(`point${at}`),
]

const convolved = (name: string, filters: number, strides = 1, kernelSize = 3, from?: string): unknown => ({
  conv2d: {
    filters,
    kernelSize,
    strides,
    padding: 'same',
    useBias: false,
    name,
    ...(from ? { from } : {}),
  },
})

const residual = (at: number, filters: number, strides: number, before: string): unknown[] => [
  convolved(`first${at}`, filters, strides, 3, before),
  ...norm(`first${at}`),
  convolved(`second${at}`, filters),
  { batchNormalization: { name: `second${at}-norm` } },
  ...(strides === 1 ? [] : [convolved(`short${at}`, filters, strides, 1, before)]),
  { add: { name: `sum${at}`, from: [`second${at}-norm`, strides === 1 ? before : `short${at}`] } },
  { activation: { activation: 'relu', name: `out${at}` } },
]

const head = [{ dense: { units: 10, activation: 'softmax' } }]

export const nets: Readonly<Record<string, Net>> = {
  cnn: {
    input: [28, 28, 1],
    classes: 10,
    layers: [
      { conv2d: { filters: 32, kernelSize: 3, activation: 'relu' } },
      { maxPooling2d: { poolSize: 2 } },
      { conv2d: { filters: 64, kernelSize: 3, activation: 'relu' } },
      { maxPooling2d: { poolSize: 2 } },
      'flatten',
      { dense: { units: 64, activation: 'relu' } },
      ...head,
    ],
  },
  mlp: {
    input: [784],
    classes: 10,
    layers: [
      { dense: { units: 2048, activation: 'relu' } },
      { dense: { units: 2048, activation: 'relu' } },
      ...head,
    ],
  },
  resnet: {
    input: [32, 32, 3],
    classes: 10,
    layers: [
      convolved('stem', 16),
      ...norm('stem'),
      ...residual(1, 16, 1, 'stem-relu'),
      ...residual(2, 32, 2, 'out1'),
      ...residual(3, 64, 2, 'out2'),
      'globalAveragePooling2d',
      ...head,
    ],
  },
  mobilenet: {
    input: [32, 32, 3],
    classes: 10,
    layers: [
      convolved('stem', 16),
      ...norm('stem'),
      ...separable(1, 32, 1),
      ...separable(2, 64, 2),
      ...separable(3, 64, 1),
      ...separable(4, 128, 2),
      'globalAveragePooling2d',
      ...head,
    ],
  },
  lstm: { input: [28, 28], classes: 10, layers: [{ lstm: { units: 128 } }, ...head] },
  gru: { input: [28, 28], classes: 10, layers: [{ gru: { units: 128 } }, ...head] },
  simplernn: { input: [28, 28], classes: 10, layers: [{ simpleRNN: { units: 128 } }, ...head] },
  stacked: {
    input: [28, 28],
    classes: 10,
    layers: [
      { gru: { units: 64, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2 } },
      { lstm: { units: 64 } },
      ...head,
    ],
  },
}
