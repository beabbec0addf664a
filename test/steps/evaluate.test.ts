import { gunzipSync, gzipSync } from 'node:zlib'
import type { Artifact } from '../../src/core/artifact.js'
import { ProblemError } from '../../src/core/problem.js'
import { Cancelled } from '../../src/core/step-file.js'
import type { Model } from '../../src/model/model.js'
import { networkOf, stirredModel } from '../model/networks.js'
import { evaluate } from '../../src/steps/evaluate/spec.js'
import { said } from '../sources/rig.js'
import { assert, suite } from '../suite.js'
import { bodyOf, contextWith, dataset, fileFor, runEvaluate, storedModel } from './measuring-rig.js'

const test = suite('steps/evaluate')

const near = (actual: number | undefined, expected: number, name: string, by = 1e-9): void => {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= by,
    `${name}: ${actual}, expected ${expected}`,
  )
}

const shape = [6, 5, 2]
const network = (last = 'softmax', classes = 3) =>
  networkOf(
    [
      { conv2d: { filters: 3, kernelSize: 3, activation: 'relu' } },
      'flatten',
      { dense: { units: classes, activation: last } },
    ],
    shape,
  )

/** The network's forward pass written out: correlation, relu, a product, softmax. */
const byHand = ({ weights }: Model, x: Float32Array): number[] => {
  const [kernel, bias, matrix, last] = weights.map(weight => weight.data) as Float32Array[]
  const hidden: number[] = []
  for (let r = 0; r < 4; r++)
    for (let c = 0; c < 3; c++)
      for (let f = 0; f < 3; f++) {
        let sum = bias![f]!
        for (let i = 0; i < 3; i++)
          for (let j = 0; j < 3; j++)
            for (let d = 0; d < 2; d++)
              sum += x[((r + i) * 5 + c + j) * 2 + d]! * kernel![((i * 3 + j) * 2 + d) * 3 + f]!
        hidden.push(Math.max(0, sum))
      }
  const logits = [0, 1, 2].map(
    k => last![k]! + hidden.reduce((sum, h, i) => sum + h * matrix![i * 3 + k]!, 0),
  )
  const total = logits.reduce((sum, value) => sum + Math.exp(value), 0)
  return logits.map(value => Math.exp(value) / total)
}

test('a stored model on a stored dataset, beside its reference: against the network written out', async () => {
  const [model, reference] = [stirredModel(network(), 1), stirredModel(network(), 2)]
  const counts = { train: 3, validation: 21, test: 37 }
  const artifacts: [Artifact, Artifact, Artifact] = [
    await storedModel(model),
    await storedModel(reference),
    await dataset(shape, 3, counts),
  ]
  const output = await runEvaluate({ batchSize: 16, topK: 2 }, ...artifacts)
  for (const name of ['validation', 'test'] as const) {
    const body = bodyOf(shape, name, counts[name])
    const rows = [...body.labels.keys()].map(i => body.features.subarray(i * 60, (i + 1) * 60))
    const mine = rows.map(x => byHand(model, x))
    const others = rows.map(x => byHand(reference, x))
    const best = (row: number[]): number => row.indexOf(Math.max(...row))
    const mean = (of: (i: number) => number): number =>
      rows.reduce((sum, _, i) => sum + of(i), 0) / rows.length
    const metrics = output.metrics![name]!
    near(
      metrics['accuracy'],
      mean(i => (best(mine[i]!) === body.labels[i] ? 1 : 0)),
      'accuracy',
    )
    near(
      metrics['loss'],
      mean(i => -Math.log(mine[i]![body.labels[i]!]!)),
      'loss',
      1e-5,
    )
    near(
      metrics['agreement'],
      mean(i => (best(mine[i]!) === best(others[i]!) ? 1 : 0)),
      'agreement',
    )
    near(
      metrics['similarity'],
      mean(i => mine[i]!.reduce((sum, p, k) => sum + (p - others[i]![k]!) ** 2, 0)),
      'similarity',
      1e-5,
    )
    const artifact = output.outputs['metrics']!
    const bits = await contextWith().open(artifact.objects[`correct-${name}`]!.digest)
    assert.equal(
      [...rows.keys()].map(i => (bits[i >> 3]! >> (i & 7)) & 1),
      rows.map((_, i) => (best(mine[i]!) === body.labels[i] ? 1 : 0)),
    )
    assert.is((artifact.meta['examples'] as Record<string, number>)[name], counts[name])
    assert.ok(artifact.objects[`correct-top2-${name}`])
  }
  assert.is(output.metrics!['train'], undefined)
  const sizes = output.metrics!['model']!
  // conv 3·3·2·3 weights over 4×3 places, dense 36·3.
  assert.is(sizes['parameters'], 54 + 3 + 108 + 3)
  assert.is(sizes['macs'], 54 * 12 + 108)
  assert.is(sizes['bytes'], 4 * 168)
  assert.is(sizes['nonZeroShare'], 1)
  assert.is(sizes['storedBytes'], artifacts[0].storedBytes)
  const parts = await Promise.all(
    ['topology', 'weights'].map(name => contextWith().open(artifacts[0].objects[name]!.digest)),
  )
  const zlib = gzipSync(Buffer.concat(parts), { level: 9 }).length
  assert.ok(Math.abs(sizes['gzipBytes']! - zlib) < 0.05 * zlib, `${sizes['gzipBytes']} and ${zlib} of zlib`)
  assert.is(gunzipSync(gzipSync(Buffer.concat(parts))).length, sizes['storedBytes'])
})

test('against itself it agrees with all; the same run gives the same digest; no reference, no comparison', async () => {
  const model = await storedModel(stirredModel(network(), 1))
  const data = await dataset(shape, 3, { test: 19 })
  const one = await runEvaluate({}, model, model, data)
  assert.is(one.metrics!['test']!['agreement'], 1)
  assert.is(one.metrics!['test']!['similarity'], 0)
  const again = await runEvaluate({}, model, model, data)
  assert.is(again.outputs['metrics']!.digest, one.outputs['metrics']!.digest)
  const alone = await runEvaluate({}, model, undefined, data)
  assert.is(alone.metrics!['test']!['agreement'], undefined)
  // Top 5 of three classes says nothing.
  assert.is(alone.metrics!['test']!['top5'], undefined)
})

test('a quantized model says that it is simulated', async () => {
  const model = stirredModel(network(), 1)
  const quantized: Model = {
    ...model,
    weights: model.weights.map((weight, i) =>
      i === 2
        ? {
            ...weight,
            data: Int8Array.from(weight.data, value => Math.round(value * 100)),
            quantization: {
              dtype: 'int8',
              scheme: 'symmetric',
              scale: Float64Array.of(100),
              bias: Float64Array.of(0),
            },
          }
        : weight,
    ),
  }
  const output = await runEvaluate(
    {},
    await storedModel(quantized),
    undefined,
    await dataset(shape, 3, { test: 5 }),
  )
  assert.equal(output.notes, [
    'int8 weights are simulated in float32: the rounding is real, the arithmetic is not integer',
  ])
  assert.is(output.metrics!['model']!['bytes'], 4 * (54 + 3 + 3) + 108 + 8)
})

test('weights that are not numbers: wrong answers, a warning, and figures that stay finite', async () => {
  const model = stirredModel(network(), 1)
  model.weights[3]!.data[0] = NaN
  const output = await runEvaluate(
    {},
    await storedModel(model),
    undefined,
    await dataset(shape, 3, { test: 9 }),
  )
  assert.is(output.metrics!['test']!['accuracy'], 0)
  assert.is(output.metrics!['test']!['loss'], undefined)
  assert.is(output.problems![0]!.code, 'output-not-finite')
})

for (const [dataShape, expected] of [
  [[6, 5, 1], 'shape-mismatch at data: model int8 takes 6×5×2, the data has 6×5×1'],
  [[6, 5, 2], 'class-count at models: model int8 gives 4 numbers, the data has 3 classes'],
] as const) {
  test(`what does not fit together is said before it runs, and again when it runs: ${expected}`, async () => {
    const model = await storedModel(stirredModel(network('softmax', 4), 1))
    const data = await dataset([...dataShape], 3, { test: 5 })
    const inputs = fileFor({}, model, undefined, data).inputs
    const described = Object.fromEntries(
      Object.entries(inputs).map(([port, list]) => [
        port,
        list.map(({ from, artifact }) => ({ from, description: artifact.meta['description'] as never })),
      ]),
    )
    assert.equal(said(evaluate.predict({ batchSize: 1, topK: 5 }, described).faults!), [expected])
    const error = await runEvaluate({}, model, undefined, data).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.instance(error, ProblemError)
    assert.is((error as ProblemError).problems.length, 1)
    const trainOnly = {
      ...described,
      data: [
        {
          from: 'd',
          description: {
            type: 'dataset',
            task: 'classification',
            shape,
            classes: 4,
            examples: { train: 5 },
          } as const,
        },
      ],
    }
    assert.equal(said(evaluate.predict({ batchSize: 1, topK: 5 }, trainOnly).faults!), [
      'no-evaluation-split at data: the dataset has neither a test nor a validation split to measure on',
    ])
  })
}

test('a cancelled run stops within a batch', async () => {
  const model = await storedModel(stirredModel(network(), 1))
  const data = await dataset(shape, 3, { test: 500 })
  let asked = 0
  const context = contextWith({ cancelled: () => ++asked > 3 })
  const error = await runEvaluate({ batchSize: 5 }, model, undefined, data, context).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, Cancelled)
  assert.is(asked, 4)
})
