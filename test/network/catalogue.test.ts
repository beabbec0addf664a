import { openEngine } from '../../src/engine/open.js'
import { layers, tf } from '../../src/engine/tf.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import { layerNames, layerTypeOf } from '../../src/network/catalogue.js'
import { propagate } from '../../src/network/propagate.js'
import { assert, suite } from '../suite.js'

const test = suite('catalogue against tfjs-layers')

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

const cases: Readonly<Record<string, readonly Case[]>> = {
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

interface Built {
  getClassName(): string
  build(shape: unknown): void
  call(inputs: unknown, options: object): tf.Tensor | tf.Tensor[]
  computeOutputShape(shape: unknown): (number | null)[]
  getWeights(): tf.Tensor[]
  weights: { shape: number[]; originalName: string; trainable: boolean }[]
  setFastWeightInitDuringBuild(fast: boolean): void
}

/** Keras's word for a tfjs weight: `conv2d_Conv2D1/depthwise_kernel_2` is `depthwiseKernel`. */
const word = (name: string): string =>
  name
    .split('/')
    .at(-1)!
    .replace(/_\d+$/, '')
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

test('every layer type has cases', () => {
  assert.equal(Object.keys(cases).sort(), [...layerNames].sort())
})

for (const [type, several] of Object.entries(cases))
  test(`${type}: shapes, weights and counts`, async () => {
    await openEngine('cpu')
    for (const [config, ...inputs] of several) {
      const label = `${type} ${JSON.stringify(config)} on ${JSON.stringify(inputs)}`
      // Two inputs: the network's own, reshaped, stands for each of them.
      const { node, facts } = placed(type, config, inputs)
      const className = layerTypeOf(type).className
      const factory: Record<string, unknown> = { ...layers.layers }
      const key = Object.keys(factory).find(name => name.toLowerCase() === type.toLowerCase())
      assert.ok(key, `${type} in tfjs`)
      const settings = Object.fromEntries(
        Object.entries(node.config).filter(([name]) => !name.endsWith('nitializer')),
      )
      const layer = (factory[key!] as (settings: object) => Built)(settings)
      assert.is(layer.getClassName(), className, label)
      const batched = inputs.map(shape => [2, ...shape])
      const shape = batched.length === 1 ? batched[0] : batched
      assert.equal(layer.computeOutputShape(shape), [2, ...facts.outputShape], label)
      layer.setFastWeightInitDuringBuild(true)
      layer.build(shape)
      assert.equal(
        layer.weights.map(weight => [word(weight.originalName), weight.shape, weight.trainable]),
        facts.weights.map(weight => [weight.weight, weight.shape, weight.trainable]),
        label,
      )
      const tensors = batched.map(each => tf.zeros(each))
      const output = tf.tidy(() => layer.call(tensors.length === 1 ? tensors[0] : tensors, {}))
      const one = Array.isArray(output) ? output[0]! : output
      assert.equal(one.shape, [2, ...facts.outputShape], `${label}, forward`)
    }
  })

function placed(type: string, config: Record<string, unknown>, inputs: readonly (readonly number[])[]) {
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
  const { network, faults } =
    inputs.length === 1
      ? resolveNetwork({ layers: [{ [type]: { ...config, name: 'it' } }] }, inputs[0]!)
      : resolveNetwork(
          {
            layers: [
              ...inputs.flatMap((shape, index) => [
                { flatten: { name: `f${index}`, from: 'input' } },
                { dense: { units: size(shape), name: `d${index}` } },
                { reshape: { targetShape: shape, name: `r${index}` } },
              ]),
              { [type]: { ...config, name: 'it', from: inputs.map((_, index) => `r${index}`) } },
            ],
          },
          [1],
        )
  assert.equal(faults, [], `${type} ${JSON.stringify(config)}`)
  const facts = propagate(network!).nodes.get('it')!
  return { node: network!.layers.at(-1)!, facts }
}
