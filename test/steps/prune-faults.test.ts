import { ProblemError } from '../../src/core/problem.js'
import { describeModel } from '../../src/model/describe-model.js'
import type { Model } from '../../src/model/model.js'
import type { DatasetDescription } from '../../src/sources/description.js'
import { assert, suite } from '../suite.js'
import { datasetOf, networkOf, predicted, randomModel, step } from './prune-rig.js'

const test = suite('prune: what is refused')

const network = networkOf(
  [
    { conv2d: { name: 'stem', filters: 4, kernelSize: 1 } },
    { conv2d: { filters: 4, kernelSize: 1 } },
    { add: { from: ['stem', 'conv2d_1'] } },
    'globalAveragePooling2d',
    { dense: { units: 2, activation: 'softmax' } },
  ],
  [3, 3, 1],
)
const model = randomModel(network, 1)
const description = describeModel(model)
const data: DatasetDescription = {
  type: 'dataset',
  task: 'classification',
  shape: [3, 3, 1],
  classes: 2,
  examples: { train: 5 },
}

const codes = (written: object, dataset?: DatasetDescription, of = description) =>
  (predicted({ sparsity: 0.5, ...written }, of, dataset).faults ?? []).map(
    ({ code, path }) => `${code} ${path?.join('.')}`,
  )

test('fields that contradict each other', () => {
  assert.equal(codes({ method: 'activation' }, data), ['prune-method method'])
  assert.equal(codes({ roundTo: 8 }), ['prune-round roundTo'])
})

test('data: missing, too little, of another shape, of no use', () => {
  const filters = { granularity: 'filter', method: 'apoz' }
  assert.equal(codes(filters), ['prune-data method'])
  assert.equal(codes({ ...filters, examples: 6 }, data), ['prune-examples examples'])
  assert.equal(codes({ ...filters, examples: 5 }, data), [])
  assert.equal(codes(filters, { ...data, examples: { test: 5 } }), ['prune-examples data'])
  assert.equal(codes(filters, { ...data, shape: [9] }), ['shape-mismatch data'])
  const { faults, outputs } = predicted({ sparsity: 0.5, granularity: 'filter' }, description, data)
  assert.equal(
    faults?.map(({ severity }) => severity),
    ['warning'],
  )
  assert.ok(outputs['model'])
})

test('rules that match nothing, touch nothing, say nothing, or contradict a tie', () => {
  const rules = (...list: object[]) => codes({ granularity: 'filter', rules: list })
  assert.equal(rules({ layers: 'stm', sparsity: 0.1 }), ['rule-matches-nothing rules.0.layers'])
  assert.equal(rules({ layers: { type: 'lstm' }, exclude: true }), [
    'rule-matches-nothing rules.0.layers.type',
  ])
  assert.equal(rules({ layers: 'dense_1', sparsity: 0.1 }), ['rule-touches-nothing rules.0.layers'])
  assert.equal(rules({ layers: 'dense_1', exclude: true }), [])
  assert.equal(rules({ layers: 'stem' }), ['rule-says-nothing rules.0'])
  assert.equal(rules({ layers: 'stem', sparsity: 0.1 }, { layers: 'conv2d_1', sparsity: 0.2 }), [
    'tied-layers rules',
  ])
  assert.equal(rules({ layers: 'stem', sparsity: 0.1 }), [])
  assert.equal(rules({ layers: '*', exclude: true }), ['nothing-to-prune granularity'])
  assert.equal(rules({ layers: '/(((/', exclude: true }), ['wrong-pattern rules.0.layers'])
})

test('nothing that could be removed, with the reason', () => {
  assert.equal(codes({ granularity: 'unit' }), ['nothing-to-prune granularity'])
  const { faults } = predicted({ granularity: 'unit', sparsity: 0.5 }, description)
  assert.match(faults![0]!.hint!, /the network's output|softmax/)
})

test('a model whose weights are integers, by its description and by itself', async () => {
  assert.equal(codes({}, undefined, { ...description, quantized: { weights: 'int8' } }), [
    'already-quantized model',
  ])
  assert.equal(codes({}, undefined, { ...description, quantized: { activations: 'uint8' } }), [])
  assert.equal(codes({}, undefined, { ...description, format: 'onnx' }), ['model-format model'])
  const integers: Model = {
    ...model,
    weights: model.weights.map((weight, index) =>
      index > 0
        ? weight
        : {
            ...weight,
            data: Int8Array.from(weight.data),
            quantization: {
              dtype: 'int8',
              scheme: 'symmetric',
              scale: Float64Array.of(1),
              bias: Float64Array.of(0),
            },
          },
    ),
  }
  assert.is(await refusal(step(integers, { sparsity: 0.5 })), 'already-quantized')
})

test('found only when it runs: weights that are not finite, too few examples', async () => {
  const broken = {
    ...model,
    weights: model.weights.map(weight => ({ ...weight, data: weight.data.map(() => Number.NaN) })),
  }
  assert.is(await refusal(step(broken, { sparsity: 0.5 })), 'weight-not-finite')
  const little = await datasetOf(new Float32Array(2 * 9), [3, 3, 1])
  const written = { granularity: 'filter', method: 'activation', sparsity: 0.5 }
  assert.is(await refusal(step(model, { ...written, examples: 3 }, little)), 'prune-examples')
  assert.is(await refusal(step(model, written)), 'prune-data')
})

test('a model whose network is not known yet is bounded by what it was', () => {
  const { network: _, ...unknown } = description
  const guess = predicted({ sparsity: 0.5, granularity: 'filter' }, unknown).outputs['model']
  assert.equal((guess as typeof description).macs, {
    low: 0,
    high: (description.macs as { exact: number }).exact,
  })
})

async function refusal(running: Promise<unknown>): Promise<string> {
  try {
    await running
    return 'nothing was refused'
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0]!.code
    throw error
  }
}
