import type { Artifact } from '../../src/core/artifact.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { infer } from '../../src/fit/infer.js'
import { openDataset } from '../../src/data/open.js'
import type { ActivationQuantization, Model, Quantization, Weight } from '../../src/model/model.js'
import { toFloat } from '../../src/model/quantization.js'
import type { WeightFormat } from '../../src/model/scales.js'
import { quantizeWeights } from '../../src/model/quantize-model.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { assert, suite } from '../suite.js'
import { context, contextWith, patterns, runKind, storedModel } from './training-rig.js'

const test = suite('step finetune')

const small = {
  layers: [
    { conv2d: { filters: 4, kernelSize: 3, activation: 'relu' } },
    'flatten',
    { dense: { units: 6, activation: 'relu' } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
}
const data = await patterns({ train: 90, validation: 31 })
const base = await runKind('train', { model: small, epochs: 4, batchSize: 16 }, { data: [data] })

/** Masks that remove about half of every kernel, whatever its values, and a lone weight at each end. */
const halved = (model: Model): Model => {
  const masks = new Map<string, Uint8Array>()
  const weights = model.weights.map((weight): Weight => {
    if (!weight.name.endsWith('kernel')) return weight
    const mask = Uint8Array.from(weight.data, (_, at) =>
      at % 2 === 0 || at === weight.data.length - 1 ? 0 : 1,
    )
    masks.set(weight.name, mask)
    return { ...weight, data: Float32Array.from(weight.data, (value, at) => value * mask[at]!) }
  })
  return { ...model, weights, marks: { ...model.marks, masks } }
}

const quantized = (model: Model): Model => {
  const formats = new Map<string, WeightFormat>(
    model.weights.map(({ name, shape }) =>
      name.endsWith('kernel')
        ? [name, { dtype: 'int8', scheme: 'symmetric', axis: shape.length - 1 }]
        : [name, { dtype: 'int32', scheme: 'symmetric' }],
    ),
  )
  const format = (scale: number): ActivationQuantization => ({
    dtype: 'uint8',
    scheme: 'affine',
    scale: Float64Array.of(scale),
    bias: Float64Array.of(0),
  })
  const activations = new Map([
    ['conv2d_1', format(20)],
    ['dense_1', format(15)],
  ])
  return {
    ...model,
    weights: quantizeWeights(model.network, model.weights, formats, activations),
    marks: { ...model.marks, activations },
  }
}

const removed = (model: Model): number[] =>
  model.weights.flatMap(weight => {
    const mask = model.marks.masks.get(weight.name)
    const values = toFloat(weight)
    return mask ? [...values].filter((_, at) => mask[at] === 0) : []
  })

const tune = (model: Artifact, more: object = {}) =>
  runKind('finetune', { epochs: 3, batchSize: 16, ...more }, { data: [data], model: [model] })

test('removed weights are exactly 0 afterwards, whatever the optimizer; kept ones move', async () => {
  const before = halved(base.model)
  const artifact = await storedModel(before)
  const optimizers = [
    { sgd: { learningRate: 0.1, momentum: 0.9, nesterov: true } },
    { adam: { learningRate: 0.01, weightDecay: 0.01 } },
    { rmsprop: { momentum: 0.9, centered: true } },
  ]
  for (const optimizer of optimizers) {
    const { model, output } = await tune(artifact, { optimizer, l1: 1e-4, clipNorm: 1 })
    assert.ok(removed(model).length > 100)
    assert.ok(
      removed(model).every(value => Object.is(value, 0)),
      Object.keys(optimizer)[0],
    )
    assert.equal([...model.marks.masks.keys()], [...before.marks.masks.keys()])
    assert.not.equal([...model.weights[0]!.data], [...before.weights[0]!.data])
    assert.match(output.notes!.join(), /removed weights were kept at 0/)
  }
})

test('a quantized model is trained through its rounding and keeps its formats', async () => {
  const before = quantized(base.model)
  const { model, output, history } = await tune(await storedModel(before), {
    optimizer: { adam: { learningRate: 0.003 } },
  })
  assert.equal(
    model.weights.map(({ quantization }) => [quantization?.dtype, quantization?.scheme, quantization?.axis]),
    before.weights.map(({ quantization }) => [quantization?.dtype, quantization?.scheme, quantization?.axis]),
  )
  assert.equal(model.marks.activations, before.marks.activations)
  assert.ok(model.weights[0]!.data instanceof Int8Array)
  assert.not.equal([...model.weights[0]!.data], [...before.weights[0]!.data])
  assert.match(output.notes!.join(), /simulated quantization/)
  assert.ok(history.at(-1)!.train['loss']! < history[0]!.train['loss']!)
})

test('what training validated is what the stored integers give, to the bit', async () => {
  const { model, history } = await tune(await storedModel(quantized(base.model)))
  await openEngine('wasm')
  const dataset = await openDataset(data, digest => context.open(digest))
  const runnable = buildRunnable(model)
  let right = 0
  let loss = 0
  await infer(runnable, dataset.split('validation')!, { batchSize: 16 }, (batch, output) => {
    for (let i = 0; i < batch.count; i++) {
      const row = output.subarray(i * 3, i * 3 + 3)
      if (row.indexOf(Math.max(...row)) === batch.labels[i]) right++
      loss -= Math.log(row[batch.labels[i]!]!)
    }
  })
  runnable.dispose()
  const validated = history.at(-1)!.validation!
  assert.is(right / 31, validated['accuracy'])
  assert.ok(Math.abs(loss / 31 - validated['loss']!) < 1e-6, `${loss / 31} and not ${validated['loss']}`)
})

test('no tensor is left behind, nor gathers from step to step', async () => {
  const artifact = await storedModel(quantized(halved(base.model)))
  await tune(artifact)
  const before = tf.memory().numTensors
  const counts = new Set<number>()
  await runKind(
    'finetune',
    { epochs: 2, batchSize: 16 },
    { data: [data], model: [artifact] },
    { context: contextWith({ emit: () => counts.add(tf.memory().numTensors) }) },
  )
  assert.is(counts.size, 1)
  assert.is(tf.memory().numTensors, before)
})

test('masks and integers hold together', async () => {
  const { model } = await tune(await storedModel(quantized(halved(base.model))))
  assert.ok(removed(model).every(value => Object.is(value, 0)))
  const kernel = model.weights.find(({ name }) => name === 'dense_1/kernel')!
  const quantization: Quantization = kernel.quantization!
  assert.is(quantization.dtype, 'int8')
  const mask = model.marks.masks.get('dense_1/kernel')!
  assert.ok([...kernel.data].every((code, at) => mask[at] === 1 || code === 0))
})
