import { openEngine } from '../../src/engine/open.js'
import { openDataset } from '../../src/data/open.js'
import { stream } from '../../src/core/random.js'
import { activationFigures, evenly } from '../../src/steps/prune/run-activations.js'
import { observedLayer } from '../../src/steps/prune/observed-layer.js'
import { assert, suite } from '../suite.js'
import { context, datasetOf, networkOf, randomModel, step, valuesOf } from './prune-rig.js'

const test = suite('prune by activations')

const shape = [3, 2, 2]
const network = networkOf(
  [
    { conv2d: { filters: 4, kernelSize: 1 } },
    'batchNormalization',
    'reLU',
    { conv2d: { filters: 2, kernelSize: 1, activation: 'relu' } },
    'globalAveragePooling2d',
    { dense: { units: 2, activation: 'softmax' } },
  ],
  shape,
)
const random = stream(9, 'features')
const features = Float32Array.from({ length: 41 * 12 }, () => random.normal())
const data = await datasetOf(features, shape)

/** Activations of the first block, place by place, from the definition. */
const places = (model: ReturnType<typeof randomModel>, examples: readonly number[]): number[][] => {
  const of = (name: string) => valuesOf(model, name)
  const kernel = of('conv2d_1/kernel')
  const bias = of('conv2d_1/bias')
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'movingMean', 'movingVariance'].map(name =>
    of(`batchNormalization_1/${name}`),
  )
  const rows: number[][] = []
  for (const example of examples)
    for (let place = 0; place < 6; place++) {
      const at = example * 12 + place * 2
      rows.push(
        [0, 1, 2, 3].map(f => {
          const z = features[at]! * kernel[f]! + features[at + 1]! * kernel[4 + f]! + bias[f]!
          const y = ((z - mean![f]!) / Math.sqrt(variance![f]! + 0.001)) * gamma![f]! + beta![f]!
          return Math.max(0, y)
        }),
      )
    }
  return rows
}

const average = (figures: readonly number[]): number => figures.reduce((a, b) => a + b, 0) / figures.length

test('activations are looked at behind the normalization and the function that follow alone', () => {
  assert.is(observedLayer(network, 'conv2d_1'), 'reLU_1')
  assert.is(observedLayer(network, 'conv2d_2'), 'conv2d_2')
  assert.is(observedLayer(network, 'dense_1'), 'dense_1')
  const branched = networkOf(
    [
      { conv2d: { name: 'a', filters: 2, kernelSize: 1 } },
      { reLU: { name: 'b' } },
      { add: { from: ['a', 'b'] } },
      'flatten',
    ],
    shape,
  )
  assert.is(observedLayer(branched, 'a'), 'a')
})

test('mean |a|, root mean square and share of non-zeros equal their definitions', async () => {
  await openEngine('cpu')
  const model = randomModel(network, 3)
  const split = (await openDataset(data, digest => context.open(digest))).split('train')!
  const all = Array.from({ length: 41 }, (_, at) => at)
  const rows = places(model, all)
  const column = (f: number) => rows.map(row => row[f]!)
  const expected = {
    l1: [0, 1, 2, 3].map(f => average(column(f))),
    l2: [0, 1, 2, 3].map(f => Math.sqrt(average(column(f).map(a => a * a)))),
    apoz: [0, 1, 2, 3].map(f => average(column(f).map(a => (a === 0 ? 0 : 1)))),
  }
  for (const [name, figures] of Object.entries(expected)) {
    const measure =
      name === 'apoz'
        ? ({ method: 'apoz', norm: 'l1' } as const)
        : ({ method: 'activation', norm: name as 'l1' | 'l2' } as const)
    const found = await activationFigures(model, ['conv2d_1', 'conv2d_2'], split, measure, context)
    figures.forEach((figure, f) =>
      assert.ok(Math.abs(figure - found.get('conv2d_1')![f]!) < 1e-5, `${name} ${f}: ${figure}`),
    )
    assert.is(found.get('conv2d_2')!.length, 2)
  }
})

test('the least active filters go, on exactly the examples asked for', async () => {
  const model = randomModel(network, 3)
  const examples = [0, 8, 16, 24, 32]
  const figures = [0, 1, 2, 3].map(f => average(places(model, examples).map(row => row[f]!)))
  const split = (await openDataset(data, digest => context.open(digest))).split('train')!
  const seen: number[] = []
  for (const { indices, count } of evenly(split, 5).batches(2)) seen.push(...indices.slice(0, count))
  assert.equal(seen, examples)
  const { output } = await step(
    model,
    {
      granularity: 'filter',
      method: 'activation',
      sparsity: 0.5,
      examples: 5,
      rules: [{ layers: 'conv2d_2', exclude: true }],
    },
    data,
  )
  const least = figures
    .map((figure, index) => ({ figure, index }))
    .sort((a, b) => a.figure - b.figure)
    .slice(0, 2)
    .map(({ index }) => index)
    .sort((a, b) => a - b)
  assert.equal((output.record!['removed'] as { removed: number[] }[])[0]!.removed, least)
})

test('the same data and model give the same digest', async () => {
  const model = randomModel(network, 3)
  const written = { granularity: 'channel', method: 'activation', norm: 'l2', sparsity: 0.5, scope: 'global' }
  const [a, b] = [await step(model, written, data), await step(model, written, data)]
  assert.is(a.output.outputs['model']!.digest, b.output.outputs['model']!.digest)
})
