import { stream } from '../../src/core/random.js'
import type { Numbers } from '../../src/engine/graph/binding.js'
import { nativeBackend } from '../../src/engine/graph/binding.js'
import { Program } from '../../src/engine/graph/program.js'
import { record } from '../../src/engine/graph/recorder.js'
import { openSession } from '../../src/engine/graph/session.js'
import { tf } from '../../src/engine/tf.js'
import { roundWeights } from '../../src/fit/graph/round-weights.js'
import type { Model } from '../../src/model/model.js'
import { toFloat } from '../../src/model/quantization.js'
import { formatsOf, quantizeWeights, requantize } from '../../src/model/quantize-model.js'
import type { WeightFormat } from '../../src/model/scales.js'
import { networkOf, stirredModel } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { openedNative } from './graph-rig.js'

const test = suite('rounding in graphs')

const network = networkOf(
  [
    { conv2d: { filters: 6, kernelSize: 3, name: 'conv' } },
    { depthwiseConv2d: { kernelSize: 3, depthMultiplier: 2, name: 'depth' } },
    'flatten',
    { dense: { units: 40, name: 'wide' } },
    { dense: { units: 3, activation: 'softmax', name: 'last' } },
  ],
  [8, 8, 2],
)

const uint8 = (scale: number) =>
  ({ dtype: 'uint8', scheme: 'affine', scale: Float64Array.of(scale), bias: Float64Array.of(7) }) as const

/** Weights in these formats; `input` is the scale of what layers are given, which biases depend on. */
const modelIn = (format: (name: string, rank: number) => WeightFormat | undefined, input: number): Model => {
  const model = stirredModel(network, 3)
  const formats = new Map<string, WeightFormat>()
  for (const { name, shape } of model.weights) {
    const found = format(name, shape.length)
    if (found) formats.set(name, found)
  }
  const activations = new Map(['input', 'conv', 'depth', 'flatten_1'].map(name => [name, uint8(input)]))
  return {
    ...model,
    weights: quantizeWeights(network, model.weights, formats, activations),
    marks: { ...model.marks, activations },
  }
}

const kernels =
  (format: Omit<WeightFormat, 'axis'>, axis?: (rank: number) => number) =>
  (name: string, rank: number): WeightFormat | undefined =>
    name.endsWith('ernel') ? { ...format, ...(axis ? { axis: axis(rank) } : {}) } : undefined

const last = (rank: number): number => rank - 1
const withBiases =
  (channels: boolean) =>
  (name: string, rank: number): WeightFormat | undefined =>
    name.endsWith('bias')
      ? { dtype: 'int32', scheme: 'symmetric' }
      : // The output channels of a depthwise kernel lie on its last but one axis.
        {
          dtype: 'int8',
          scheme: 'symmetric',
          ...(channels ? { axis: name.startsWith('depth') ? 2 : rank - 1 } : {}),
        }

const models: Readonly<Record<string, () => Model>> = {
  'int8 a channel': () => modelIn(kernels({ dtype: 'int8', scheme: 'symmetric' }, last), 1),
  'int8 a tensor': () => modelIn(kernels({ dtype: 'int8', scheme: 'symmetric' }), 1),
  'int8 along the first axis': () =>
    modelIn(
      kernels({ dtype: 'int8', scheme: 'affine' }, () => 0),
      1,
    ),
  'uint8 affine': () => modelIn(kernels({ dtype: 'uint8', scheme: 'affine' }, last), 1),
  'int16 affine a tensor': () => modelIn(kernels({ dtype: 'int16', scheme: 'affine' }), 1),
  int32: () => modelIn(kernels({ dtype: 'int32', scheme: 'symmetric' }, last), 1),
  'int8 with biases': () => modelIn(withBiases(true), 31.7),
  'int8 with biases, a tensor': () => modelIn(withBiases(false), 0.013),
  'int8 with biases that limit the kernels': () => modelIn(withBiases(true), 3.3e9),
  'int8 with biases that limit the kernels, a tensor': () => modelIn(withBiases(false), 3.3e9),
}

/** Weights that a training may have: all sizes, channels of zeros, and numbers that lie between two codes. */
const drawn = (model: Model, seed: number): Map<string, Float32Array> => {
  const random = stream(seed, 'weights')
  return new Map(
    model.weights.map(({ name, data, shape }) => {
      const channels = shape.at(-1)!
      const sizes = Array.from({ length: channels }, () => 10 ** (random.uniform() * 12 - 6))
      if (seed % 3 === 0) sizes[0] = 0
      if (seed % 5 === 0) sizes[1] = 1e-42
      if (seed % 7 === 0) sizes[2] = 1e35
      const codes = seed % 2 === 0
      return [
        name,
        Float32Array.from(data, (_, at) => {
          const size = sizes[at % channels]!
          return codes ? (size * Math.floor(random.uniform() * 509 - 254)) / 254 : size * random.normal()
        }),
      ]
    }),
  )
}

const same = (a: Numbers, b: Numbers, about: string): void => {
  assert.is(a.length, b.length)
  a.forEach((value, at) => assert.ok(Object.is(value, b[at]), `${about}, at ${at}: ${value}, not ${b[at]}`))
}

for (const [about, make] of Object.entries(models))
  test(`${about}: the bits that JavaScript stores, in a graph and operation by operation`, async () => {
    if (!(await openedNative())) return
    const model = make()
    const names = [...formatsOf(model).keys()]
    const { binding } = nativeBackend()!
    const inside = binding as unknown as { getNumOfTensors(): number }
    const before = [tf.memory().numTensors, inside.getNumOfTensors()]
    const tensorsOf = (weights: ReadonlyMap<string, Float32Array>) =>
      new Map(
        model.weights.map(({ name, shape }) => [name, tf.tensor(weights.get(name)!, [...shape])] as const),
      )
    const program = new Program(binding)
    const { recording, result } = record(recorder => {
      const tensors = tensorsOf(drawn(model, 1))
      for (const [name, tensor] of tensors) recorder.feed(name, tensor)
      const rounded = roundWeights(model, tensors)
      return new Map([...rounded].map(([name, tensor]) => [name, recorder.idOf(tensor)]))
    })
    const signature = program.add('round', recording, { fetches: result })
    const session = openSession(binding, program, new Map())
    for (let seed = 1; seed <= 24; seed++) {
      const weights = drawn(model, seed)
      const stored = new Map(requantize(model, weights).weights.map(each => [each.name, toFloat(each)]))
      const inGraph = session.run(signature, weights)
      const eager = new Map<string, Numbers>()
      tf.tidy(() => {
        for (const [name, tensor] of roundWeights(model, tensorsOf(weights)))
          eager.set(name, tensor.dataSync() as Float32Array)
      })
      assert.equal([...inGraph.keys()].sort(), [...names].sort())
      for (const name of names) {
        same(inGraph.get(name)!, stored.get(name)!, `${name} of ${seed} in the graph`)
        same(eager.get(name)!, stored.get(name)!, `${name} of ${seed}`)
      }
    }
    session.dispose()
    assert.equal([tf.memory().numTensors, inside.getNumOfTensors()], before)
  })
