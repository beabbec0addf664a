import { stream } from '../../src/core/random.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import type { Model } from '../../src/model/model.js'
import { requantize } from '../../src/model/quantize-model.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { toFloat } from '../../src/model/quantization.js'
import { describeNetwork } from '../../src/network/describe.js'
import type { ModelDescription } from '../../src/network/description.js'
import type { DatasetDescription } from '../../src/sources/description.js'
import { quantize } from '../../src/steps/quantize/spec.js'
import { apart, networkOf, stirredModel } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { dataset, network, predicted, step } from './quantize-rig.js'

const test = suite('quantize')

const variants: readonly object[] = [
  {},
  { granularity: 'tensor' },
  { scheme: 'affine' },
  { scheme: 'affine', granularity: 'tensor', weights: 'int16' },
  { weights: 'int32' },
  { parameters: 'int32' },
  { weights: 'int8', parameters: 'int32', activations: 'int8' },
  { activations: 'uint8' },
  { activations: 'uint8', granularity: 'tensor', calibration: { method: 'percentile', examples: 9 } },
  { activations: 'uint8', weights: 'float32' },
  {
    activations: 'uint8',
    rules: [
      { layers: 'conv*', weights: 'float32' },
      { layers: { type: 'flatten' }, activations: 'int8' },
    ],
  },
]

test('what is predicted is what comes out: bytes and formats, whatever the settings', async () => {
  const model = stirredModel(network, 3)
  const data = await dataset(20)
  for (const written of variants) {
    const { artifact, model: made } = await step(model, written, data)
    const found = artifact.meta['description'] as ModelDescription
    const { outputs, faults } = predicted(
      written,
      describeNetwork(network),
      data.meta['description'] as DatasetDescription,
    )
    assert.equal(faults ?? [], [])
    const promised = outputs['model'] as ModelDescription
    assert.equal(promised.bytes, found.bytes, JSON.stringify(written))
    assert.equal(found.bytes, { exact: artifact.bytes })
    assert.equal(promised.quantized, found.quantized, JSON.stringify(written))
    assert.equal({ ...promised, nonZero: 0 }, { ...found, nonZero: 0 })
    made.weights.forEach((weight, at) => {
      const before = toFloat(model.weights[at]!)
      const least = weight.quantization ? Math.min(...weight.quantization.scale) : Infinity
      assert.ok(apart(toFloat(weight), before) <= 0.5001 / least + 1e-6, weight.name)
      assert.is(weight.quantization === undefined, weight.data instanceof Float32Array)
    })
  }
})

test('the seed CNN with int8 kernels by channel takes at most 27 % of its float bytes', () => {
  const seed = networkOf(
    [
      { conv2d: { filters: 32, kernelSize: 3, activation: 'relu' } },
      'maxPooling2d',
      { conv2d: { filters: 64, kernelSize: 3, activation: 'relu' } },
      'maxPooling2d',
      'flatten',
      { dense: { units: 64, activation: 'relu' } },
      { dense: { units: 10, activation: 'softmax' } },
    ],
    [28, 28, 1],
  )
  const float = describeNetwork(seed)
  assert.equal(float.parameters, { exact: 121930 })
  const data: DatasetDescription = {
    type: 'dataset',
    task: 'classification',
    shape: [28, 28, 1],
    classes: 10,
    examples: { train: 1000 },
  }
  const { outputs } = predicted({ weights: 'int8', activations: 'uint8' }, float, data)
  // Kernels in bytes, biases in int32, a float64 scale for each of 170 channels of both.
  const bytes = 121760 + 170 * 4 + 2 * 170 * 8
  assert.equal((outputs['model'] as ModelDescription).bytes, { exact: bytes })
  assert.ok(bytes <= 0.27 * 4 * 121930)
})

test('a bias has the scale of the sum that it is added to, and a tiny kernel gives way so that it fits', async () => {
  const model = stirredModel(network, 3)
  const data = await dataset(20)
  const tiny: Model = {
    ...model,
    weights: model.weights.map(weight =>
      weight.name === 'dense_1/kernel'
        ? { ...weight, data: toFloat(weight).map((value, at) => (at % 7 === 2 ? value * 1e-9 : value)) }
        : weight,
    ),
  }
  const { model: made } = await step(tiny, { activations: 'uint8' }, data)
  const scaleOf = (name: string) => made.weights.find(weight => weight.name === name)!.quantization!.scale
  for (const [layer, input] of [
    ['conv2d_1', 'input'],
    ['dense_1', 'flatten_1'],
    ['dense_2', 'dense_1'],
  ] as const) {
    const activation = made.marks.activations.get(input)!.scale[0]!
    const expected = scaleOf(`${layer}/kernel`).map(scale => scale * activation)
    assert.equal(scaleOf(`${layer}/bias`), expected)
  }
  const bias = made.weights.find(({ name }) => name === 'dense_1/bias')!
  const before = toFloat(tiny.weights.find(({ name }) => name === 'dense_1/bias')!)
  toFloat(bias).forEach((value, at) => {
    const step = 1 / bias.quantization!.scale[at]!
    assert.ok(Math.abs(value - before[at]!) <= 0.5001 * step + 1e-8, `${at}`)
  })
  // The tiny channel's own scale would ask for a code beyond int32.
  assert.ok(Math.abs(bias.data[2]!) > 0.999 * 2 ** 31)
  assert.ok(Math.abs(bias.data[1]!) < 2 ** 24)
})

test('masked zeros stay zero, and masks and classes come along', async () => {
  const model = stirredModel(network, 3)
  const mask = Uint8Array.from({ length: 210 }, (_, at) => (at % 3 === 0 ? 0 : 1))
  const kernel = model.weights.find(({ name }) => name === 'dense_1/kernel')!
  const masked: Model = {
    ...model,
    classNames: ['a', 'b', 'c'],
    weights: model.weights.map(weight =>
      weight === kernel
        ? { ...weight, data: toFloat(kernel).map((value, at) => (at % 3 === 0 ? 0 : value + 1)) }
        : weight,
    ),
    marks: {
      masks: new Map([['dense_1/kernel', mask]]),
      activations: new Map(),
    },
  }
  for (const written of [{ scheme: 'affine' }, { scheme: 'symmetric', granularity: 'tensor' }]) {
    const { model: made } = await step(masked, written)
    const back = toFloat(made.weights.find(({ name }) => name === 'dense_1/kernel')!)
    assert.ok(back.every((value, at) => (at % 3 === 0 ? value === 0 : value !== 0)))
    assert.equal(made.marks.masks, masked.marks.masks)
    assert.equal(made.classNames, masked.classNames)
  }
})

test('a quantized model runs as its integers say, and close to the float one', async () => {
  await openEngine('cpu')
  const model = stirredModel(network, 3)
  const data = await dataset(40)
  const { model: made, output } = await step(model, { activations: 'uint8' }, data)
  assert.equal([...made.marks.activations.keys()].sort(), ['dense_1', 'flatten_1', 'input'])
  const random = stream(6, 'x')
  const x = tf.tensor(
    Float32Array.from({ length: 6 * 112 }, () => random.normal()),
    [6, 8, 7, 2],
  )
  const before = tf.memory().numTensors
  const [float, integer] = [model, made].map(each => {
    const runnable = buildRunnable(each)
    const { output: y, logits, taps } = runnable.forward(x, { taps: ['flatten_1'] })
    const found = [y.dataSync() as Float32Array, taps['flatten_1']!.dataSync() as Float32Array]
    tf.dispose([y, logits!, taps['flatten_1']!])
    runnable.dispose()
    return found
  })
  assert.is(tf.memory().numTensors, before)
  assert.ok(apart(float![0]!, integer![0]!) < 0.05 && apart(float![0]!, integer![0]!) > 0)
  const { scale, bias } = made.marks.activations.get('flatten_1')!
  for (const value of integer![1]!) {
    const code = value * scale[0]! + bias[0]!
    assert.ok(Math.abs(code - Math.round(code)) < 1e-3 && code > -0.5 && code < 255.5, `${code}`)
  }
  assert.match(output.notes!.join(), /simulates/)
  const record = output.record as { activations: { layer: string; low: number; high: number }[] }
  assert.equal(
    record.activations.map(({ layer }) => layer),
    ['input', 'flatten_1', 'dense_1'],
  )
  assert.ok(record.activations.every(({ low, high }) => low <= 0 && high > 0))
})

test('fine-tuned weights are stored in the same formats', async () => {
  const data = await dataset(20)
  const { model: made } = await step(stirredModel(network, 3), { activations: 'uint8' }, data)
  const floats = new Map(made.weights.map(weight => [weight.name, toFloat(weight)]))
  assert.equal(
    requantize(made, floats).weights.map(({ data }) => data),
    made.weights.map(({ data }) => data),
  )
  const fresh = stirredModel(network, 8).weights.map(
    ({ name, data }) => [name, data as Float32Array] as const,
  )
  const moved = requantize(made, new Map(fresh))
  assert.equal(
    moved.weights.map(({ quantization }) => quantization?.dtype),
    made.weights.map(({ quantization }) => quantization?.dtype),
  )
  for (const [at, [, data]] of fresh.entries()) assert.ok(apart(toFloat(moved.weights[at]!), data) < 0.01)
})

test('the output of a small case is what revision 1 made of it', async () => {
  const { artifact } = await step(stirredModel(network, 3), { activations: 'uint8' }, await dataset(20))
  assert.is(quantize.revision, 1)
  assert.is(artifact.digest, 'sha256:9d3b0938e33ebbfdb02932363e8c28c3fe66eb9e6685356e71514dcc8f3346c5')
})
