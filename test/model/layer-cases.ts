const merge = (type: string): readonly unknown[] => [
  { dense: { units: 4, name: 'a' } },
  { dense: { units: 4, name: 'b', from: 'input' } },
  { [type]: { from: ['a', 'b'] } },
]

type Case = readonly [layers: readonly unknown[], inputShape: readonly number[]]

/** At least one network for each layer type, on odd shapes. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  conv1d: [
    [[{ conv1d: { filters: 3, kernelSize: 2, strides: 2, activation: 'tanh' } }], [7, 2]],
    [[{ conv1d: { filters: 2, kernelSize: 3, padding: 'same', dilationRate: 2 } }], [5, 1]],
  ],
  conv2d: [
    [[{ conv2d: { filters: 3, kernelSize: [3, 2], strides: [2, 1], padding: 'same' } }], [5, 4, 2]],
    [[{ conv2d: { filters: 2, kernelSize: 3, useBias: false, activation: 'relu' } }], [6, 5, 1]],
    [[{ conv2d: { filters: 2, kernelSize: 1, activation: 'sigmoid' } }], [2, 2, 3]],
  ],
  conv3d: [[[{ conv3d: { filters: 2, kernelSize: [2, 1, 2] } }], [3, 2, 3, 2]]],
  conv2dTranspose: [
    [[{ conv2dTranspose: { filters: 2, kernelSize: 3, strides: 2, padding: 'same' } }], [3, 2, 2]],
    [[{ conv2dTranspose: { filters: 1, kernelSize: [2, 3] } }], [2, 3, 3]],
  ],
  depthwiseConv2d: [
    [[{ depthwiseConv2d: { kernelSize: 2, depthMultiplier: 2, activation: 'relu' } }], [4, 3, 3]],
  ],
  separableConv2d: [
    [[{ separableConv2d: { filters: 4, kernelSize: 2, depthMultiplier: 2 } }], [4, 3, 2]],
    [[{ separableConv2d: { filters: 2, kernelSize: 3, padding: 'same' } }], [3, 2, 2]],
  ],
  dense: [
    [[{ dense: { units: 3, activation: 'softmax' } }], [5]],
    [[{ dense: { units: 2, activation: 'elu', useBias: false } }], [3, 4]],
  ],
  flatten: [[['flatten'], [3, 1, 2]]],
  dropout: [[[{ dropout: { rate: 0.5 } }], [4]]],
  spatialDropout1d: [[[{ spatialDropout1d: { rate: 0.5 } }], [4, 3]]],
  alphaDropout: [[[{ alphaDropout: { rate: 0.2 } }], [4]]],
  gaussianDropout: [[[{ gaussianDropout: { rate: 0.2 } }], [4]]],
  gaussianNoise: [[[{ gaussianNoise: { stddev: 0.2 } }], [4]]],
  activation: [
    'relu',
    'relu6',
    'elu',
    'selu',
    'sigmoid',
    'hardSigmoid',
    'tanh',
    'softmax',
    'logSoftmax',
    'softplus',
    'softsign',
    'swish',
    'mish',
    'gelu',
    'gelu_new',
    'linear',
  ].map(activation => [[{ activation: { activation } }], [6]] as const),
  batchNormalization: [
    [['batchNormalization'], [3, 2, 4]],
    [[{ batchNormalization: { scale: false, center: false, epsilon: 0.1 } }], [5]],
    [[{ batchNormalization: { axis: 2 } }], [3, 4]],
  ],
  layerNormalization: [
    [['layerNormalization'], [3, 5]],
    [[{ layerNormalization: { scale: false } }], [4]],
  ],
  maxPooling1d: [[[{ maxPooling1d: { poolSize: 3, strides: 2 } }], [8, 2]]],
  maxPooling2d: [
    [['maxPooling2d'], [5, 4, 2]],
    [[{ maxPooling2d: { poolSize: [3, 2], strides: 1, padding: 'same' } }], [4, 5, 1]],
  ],
  averagePooling1d: [[['averagePooling1d'], [7, 2]]],
  averagePooling2d: [[[{ averagePooling2d: { poolSize: 3, strides: 2, padding: 'same' } }], [5, 6, 2]]],
  globalMaxPooling1d: [[['globalMaxPooling1d'], [5, 3]]],
  globalMaxPooling2d: [[['globalMaxPooling2d'], [3, 4, 2]]],
  globalAveragePooling1d: [[['globalAveragePooling1d'], [5, 3]]],
  globalAveragePooling2d: [[['globalAveragePooling2d'], [3, 4, 2]]],
  reLU: [[[{ reLU: { maxValue: 1 } }], [6]]],
  leakyReLU: [[[{ leakyReLU: { alpha: 0.2 } }], [6]]],
  prelu: [
    [['prelu'], [3, 2]],
    [[{ prelu: { sharedAxes: [1, 2] } }], [3, 2, 4]],
  ],
  elu: [[['elu'], [6]]],
  thresholdedReLU: [[[{ thresholdedReLU: { theta: 0.5 } }], [6]]],
  softmax: [[['softmax'], [2, 3]]],
  reshape: [[[{ reshape: { targetShape: [2, 3] } }], [6]]],
  permute: [[[{ permute: { dims: [3, 1, 2] } }], [2, 3, 4]]],
  repeatVector: [[[{ repeatVector: { n: 3 } }], [4]]],
  upSampling2d: [
    [[{ upSampling2d: { size: [2, 3] } }], [2, 3, 2]],
    [[{ upSampling2d: { interpolation: 'bilinear' } }], [3, 2, 1]],
  ],
  zeroPadding2d: [
    [
      [
        {
          zeroPadding2d: {
            padding: [
              [1, 0],
              [2, 1],
            ],
          },
        },
      ],
      [2, 3, 1],
    ],
    [[{ zeroPadding2d: { padding: 2 } }], [2, 3, 1]],
    [[{ zeroPadding2d: { padding: [1, 2] } }], [2, 3, 1]],
  ],
  cropping2d: [
    [
      [
        {
          cropping2d: {
            cropping: [
              [1, 0],
              [0, 1],
            ],
          },
        },
      ],
      [3, 4, 2],
    ],
    [[{ cropping2d: { cropping: 1 } }], [3, 4, 2]],
  ],
  add: [[merge('add'), [3]]],
  average: [[merge('average'), [3]]],
  multiply: [[merge('multiply'), [3]]],
  maximum: [[merge('maximum'), [3]]],
  minimum: [[merge('minimum'), [3]]],
  concatenate: [
    [merge('concatenate'), [3]],
    [
      [...merge('concatenate').slice(0, 2), { concatenate: { axis: 1, from: ['a', 'b', 'input'] } }],
      [2, 4],
    ],
  ],
  embedding: [[[{ embedding: { inputDim: 7, outputDim: 3 } }], [4]]],
  lstm: [
    [[{ lstm: { units: 3 } }], [4, 2]],
    [[{ lstm: { units: 2, returnSequences: true, goBackwards: true, useBias: false } }], [3, 2]],
  ],
  gru: [[[{ gru: { units: 3, recurrentActivation: 'hardSigmoid' } }], [4, 2]]],
  simpleRNN: [[[{ simpleRNN: { units: 3, activation: 'relu' } }], [4, 2]]],
}
