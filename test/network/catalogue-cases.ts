/** A config of a layer, and the shapes that it is given. */
type Case = readonly [config: Record<string, unknown>, ...inputs: (readonly number[])[]]

const image = [7, 5, 3]
const steps = [6, 4]
const windows: Case[] = [
  [{}, image],
  [{ padding: 'same' }, image],
  [{ strides: 2 }, image],
  [{ strides: [3, 2], padding: 'same' }, image],
  [{ strides: [2, 1] }, [9, 4, 1]],
]
const eachImage: Case[] = [
  [{}, image],
  [{}, [1, 1, 1]],
]
const any: Case[] = [
  [{}, image],
  [{}, steps],
  [{}, [5]],
]
const withFields = (cases: readonly Case[], ...fields: readonly Record<string, unknown>[]): Case[] =>
  fields.flatMap(more => cases.map(([config, ...inputs]): Case => [{ ...config, ...more }, ...inputs]))

const kernels = [
  { kernelSize: 3 },
  { kernelSize: [2, 3], useBias: false, activation: 'relu' },
  { kernelSize: 1 },
]
const recurrent: Case[] = [
  [{ units: 3 }, steps],
  [{ units: 1, returnSequences: true, useBias: false }, [1, 1]],
  [{ units: 2, goBackwards: true, activation: 'relu' }, [3, 2]],
]
const merges: Case[] = [
  [{}, image, image],
  [{}, [3], [3], [3]],
]

/** Of every layer type, what it is held against tfjs-layers with. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  conv1d: withFields(
    [
      [{}, steps],
      [{ padding: 'same', strides: 2 }, [7, 1]],
      [{ strides: [3] }, [8, 2]],
      [{ dilationRate: 2 }, [9, 2]],
    ],
    { filters: 2, kernelSize: 3 },
    { filters: 1, kernelSize: [2], useBias: false },
  ),
  conv2d: [
    ...withFields(windows, ...kernels.map(kernel => ({ filters: 4, ...kernel }))),
    ...withFields([[{}, [9, 8, 2]]], { filters: 3, kernelSize: 3, dilationRate: 2 }),
    [{ filters: 1, kernelSize: [1, 2], dilationRate: [1, 3], padding: 'same' }, [4, 9, 1]],
  ],
  conv3d: [
    [{ filters: 2, kernelSize: 2 }, [4, 5, 3, 2]],
    [
      { filters: 1, kernelSize: [1, 2, 3], strides: [1, 2, 2], padding: 'same', useBias: false },
      [3, 5, 6, 1],
    ],
  ],
  conv2dTranspose: withFields(windows, ...kernels.map(kernel => ({ filters: 4, ...kernel }))),
  depthwiseConv2d: withFields(
    windows,
    ...kernels,
    { kernelSize: 2, depthMultiplier: 3 },
    { kernelSize: 2, depthMultiplier: 2, useBias: false },
  ),
  separableConv2d: withFields(windows, ...kernels.map(kernel => ({ filters: 4, ...kernel })), {
    filters: 5,
    kernelSize: 2,
    depthMultiplier: 2,
  }),
  dense: [
    [{ units: 3 }, [5]],
    [{ units: 1, useBias: false, activation: 'softmax' }, [1]],
    [{ units: 4, activation: 'gelu' }, steps],
  ],
  embedding: [
    [{ inputDim: 7, outputDim: 3 }, [5]],
    [{ inputDim: 1, outputDim: 1 }, [1]],
  ],
  simpleRNN: recurrent,
  gru: recurrent,
  lstm: [...recurrent, [{ units: 2, unitForgetBias: false }, steps]],
  flatten: [
    [{}, image],
    [{}, [5]],
    [{}, steps],
    [{}, [1, 1, 1]],
  ],
  reshape: [
    [{ targetShape: [5, 21] }, image],
    [{ targetShape: [-1, 7] }, image],
    [{ targetShape: [3, -1, 2, 1] }, [6, 4]],
  ],
  permute: [
    [{ dims: [2, 1, 3] }, image],
    [{ dims: [3, 1, 2] }, image],
    [{ dims: [2, 1] }, steps],
  ],
  repeatVector: [[{ n: 4 }, [3]]],
  activation: withFields(any, { activation: 'swish' }, { activation: 'hardSigmoid' }),
  reLU: withFields(any, {}, { maxValue: 6 }),
  leakyReLU: withFields(any, {}, { alpha: 0.1 }),
  prelu: [...withFields(any, {}), [{ sharedAxes: [1, 2] }, image], [{ sharedAxes: [1, 2, 3] }, image]],
  elu: any,
  thresholdedReLU: withFields(any, { theta: 0.5 }),
  softmax: any,
  batchNormalization: [
    ...withFields(any, {}, { scale: false }, { center: false, scale: false }),
    [{ axis: 3 }, image],
  ],
  layerNormalization: withFields(any, {}, { center: false }),
  maxPooling1d: [
    [{}, steps],
    [{ poolSize: 3, strides: 2, padding: 'same' }, [7, 1]],
    [{ poolSize: [4], strides: [1] }, steps],
  ],
  maxPooling2d: withFields(windows, {}, { poolSize: 3 }, { poolSize: [1, 2] }),
  averagePooling1d: [
    [{}, steps],
    [{ poolSize: 3, strides: 1, padding: 'same' }, [5, 2]],
  ],
  averagePooling2d: withFields(windows, {}, { poolSize: 3 }, { poolSize: [3, 1] }),
  globalMaxPooling1d: [[{}, steps]],
  globalMaxPooling2d: eachImage,
  globalAveragePooling1d: [[{}, steps]],
  globalAveragePooling2d: eachImage,
  zeroPadding2d: withFields(
    eachImage,
    {},
    { padding: 2 },
    { padding: [0, 3] },
    {
      padding: [
        [1, 0],
        [2, 3],
      ],
    },
  ),
  cropping2d: withFields(
    [[{}, image]],
    {},
    { cropping: 1 },
    { cropping: [3, 0] },
    {
      cropping: [
        [1, 2],
        [0, 4],
      ],
    },
  ),
  upSampling2d: withFields(eachImage, {}, { size: 3 }, { size: [1, 2], interpolation: 'bilinear' }),
  dropout: withFields(any, { rate: 0.5 }),
  spatialDropout1d: [[{ rate: 0.5 }, steps]],
  gaussianNoise: withFields(any, { stddev: 1 }),
  gaussianDropout: withFields(any, { rate: 0.5 }),
  alphaDropout: withFields(any, { rate: 0.5 }),
  add: merges,
  multiply: merges,
  average: merges,
  maximum: merges,
  minimum: merges,
  concatenate: [
    [{}, image, [7, 5, 1]],
    [{ axis: 1 }, [2, 5], [3, 5], [1, 5]],
    [{ axis: 3 }, image, image],
    [{}, [3], [4]],
  ],
}
