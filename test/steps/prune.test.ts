import { describeModel } from '../../src/model/describe-model.js'
import type { ModelDescription } from '../../src/network/description.js'
import { assert, suite } from '../suite.js'
import { networkOf, predicted, randomModel, step, valuesOf } from './prune-rig.js'

const test = suite('prune')

const cnn = networkOf(
  [
    { conv2d: { filters: 5, kernelSize: [3, 2], activation: 'relu' } },
    'batchNormalization',
    'maxPooling2d',
    { conv2d: { filters: 4, kernelSize: 1 } },
    'flatten',
    { dense: { units: 7, activation: 'relu' } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  [7, 6, 2],
)

/** Indices of the `count` largest figures, ascending; of equals those that come last. */
const largest = (figures: readonly number[], count: number): number[] =>
  figures
    .map((figure, index) => ({ figure, index }))
    .sort((a, b) => b.figure - a.figure || b.index - a.index)
    .slice(0, count)
    .map(({ index }) => index)
    .sort((a, b) => a - b)

test('half of the filters go, those of the smallest norm, with all that hangs on them', async () => {
  for (const norm of ['l1', 'l2'] as const) {
    const model = randomModel(cnn, 3)
    const { model: pruned, description } = await step(model, { granularity: 'filter', norm, sparsity: 0.5 })
    const kernel = valuesOf(model, 'conv2d_1/kernel')
    const norms = [0, 1, 2, 3, 4].map(filter => {
      const own = kernel.filter((_, at) => at % 5 === filter)
      return norm === 'l1' ? own.reduce((s, w) => s + Math.abs(w), 0) : Math.hypot(...own)
    })
    // round(0.5 · 5) = 3 are removed, 2 stay; of 4 filters 2 stay.
    const kept = largest(norms, 2)
    assert.equal(
      valuesOf(pruned, 'conv2d_1/kernel'),
      kernel.filter((_, at) => kept.includes(at % 5)),
    )
    for (const name of ['conv2d_1/bias', 'batchNormalization_1/gamma', 'batchNormalization_1/movingVariance'])
      assert.equal(
        valuesOf(pruned, name),
        valuesOf(model, name).filter((_, at) => kept.includes(at)),
        name,
      )
    const second = valuesOf(model, 'conv2d_2/kernel')
    const sums = [0, 1, 2, 3].map(filter =>
      second
        .filter((_, at) => at % 4 === filter)
        .reduce((s, w) => s + (norm === 'l1' ? Math.abs(w) : w * w), 0),
    )
    const keptSecond = largest(sums, 2)
    assert.equal(
      valuesOf(pruned, 'conv2d_2/kernel'),
      second.filter((_, at) => kept.includes(Math.floor(at / 4)) && keptSecond.includes(at % 4)),
    )
    // Two rows and two columns are left before flatten: rows of the dense kernel run over the channels fastest.
    assert.equal(
      valuesOf(pruned, 'dense_1/kernel'),
      valuesOf(model, 'dense_1/kernel').filter((_, at) => keptSecond.includes(Math.floor(at / 7) % 4)),
    )
    assert.equal(valuesOf(pruned, 'dense_2/kernel'), valuesOf(model, 'dense_2/kernel'))
    const guess = predicted({ granularity: 'filter', norm, sparsity: 0.5 }, describeModel(model)).outputs[
      'model'
    ] as ModelDescription
    assert.equal(guess.network, description.network)
    assert.equal([guess.parameters, guess.macs], [description.parameters, description.macs])
  }
})

test('granularity decides what is touched: units of dense layers, never those of the output', async () => {
  const model = randomModel(cnn, 4)
  const widths = async (granularity: string) =>
    (await step(model, { granularity, sparsity: 0.5 })).model.network.layers
      .map(({ config }) => config['filters'] ?? config['units'])
      .filter(width => width !== undefined)
  assert.equal(await widths('filter'), [2, 2, 7, 3])
  assert.equal(await widths('unit'), [5, 4, 3, 3])
  assert.equal(await widths('channel'), [2, 2, 3, 3])
  assert.equal(await widths('weight'), [5, 4, 7, 3])
})

test('edges: no sparsity, nearly all, a single filter, equal and zero weights', async () => {
  const model = randomModel(cnn, 5)
  const none = await step(model, { granularity: 'channel', sparsity: 0 })
  assert.equal(none.model.network, cnn)
  assert.equal(none.model.weights, model.weights)
  const most = await step(model, { granularity: 'channel', sparsity: 0.999 })
  assert.equal(
    most.model.network.layers.map(({ config }) => config['filters'] ?? config['units']).filter(Boolean),
    [1, 1, 1, 3],
  )
  const single = networkOf(
    [{ conv2d: { filters: 1, kernelSize: 1 } }, 'flatten', { dense: { units: 2 } }],
    [2, 2, 1],
  )
  const one = await step(randomModel(single, 1), { granularity: 'filter', sparsity: 0.9 })
  assert.equal(one.model.network, single)
  for (const value of [0, 0.25]) {
    const flat = {
      ...model,
      weights: model.weights.map(weight => ({ ...weight, data: weight.data.map(() => value) })),
    }
    for (const scope of ['layer', 'global']) {
      const { output } = await step(flat, { granularity: 'filter', sparsity: 0.4, scope })
      const removed = output.record!['removed'] as { removed: number[] }[]
      // Ties go to the first. Over both layers the larger has the smaller scores, 1/√5 against 1/√4, or all are 0.
      assert.equal(
        removed.map(each => each.removed),
        scope === 'layer'
          ? [
              [0, 1],
              [0, 1],
            ]
          : [[0, 1, 2, 3], []],
      )
    }
  }
})

test('roundTo keeps a multiple, as far as there are so many', async () => {
  const network = networkOf(
    [{ dense: { units: 20 } }, { dense: { units: 5 } }, { dense: { units: 8 } }, { dense: { units: 2 } }],
    [3],
  )
  const { model } = await step(randomModel(network, 1), { granularity: 'unit', sparsity: 0.6, roundTo: 4 })
  // 8 of 20 is a multiple; 2 of 5 becomes 4; 3 of 8 becomes 4.
  assert.equal(
    model.network.layers.map(({ config }) => config['units']),
    [8, 4, 4, 2],
  )
  const { model: whole } = await step(randomModel(network, 1), {
    granularity: 'unit',
    sparsity: 0.6,
    roundTo: 16,
  })
  assert.equal(
    whole.network.layers.map(({ config }) => config['units']),
    [16, 5, 8, 2],
  )
})

test('rules: the last that matches holds, excluded layers stay, own shares stand outside a global ranking', async () => {
  const model = randomModel(cnn, 6)
  const kept = async (written: object) =>
    (await step(model, { granularity: 'filter', sparsity: 0.5, ...written })).model.network.layers
      .map(({ config }) => config['filters'])
      .filter(Boolean)
  assert.equal(await kept({ rules: [{ layers: 'conv2d_1', exclude: true }] }), [5, 2])
  assert.equal(
    await kept({
      rules: [
        { layers: 'conv*', exclude: true },
        { layers: '/_2$/', sparsity: 0.75 },
      ],
    }),
    [5, 1],
  )
  assert.equal(await kept({ scope: 'global', rules: [{ layers: 'conv2d_1', sparsity: 0.2 }] }), [4, 2])
})

test('a tied pair is ranked as one, by the weights of both', async () => {
  const network = networkOf(
    [
      { conv2d: { name: 'a', filters: 3, kernelSize: 1, useBias: false } },
      { conv2d: { name: 'b', filters: 3, kernelSize: 1, useBias: false } },
      { add: { from: ['a', 'b'] } },
      'globalAveragePooling2d',
      { dense: { units: 2 } },
    ],
    [2, 2, 1],
  )
  const base = randomModel(network, 1)
  const model = {
    ...base,
    weights: base.weights.map(weight =>
      weight.name === 'a/kernel'
        ? { ...weight, data: Float32Array.of(1, -5, 2) }
        : weight.name === 'b/kernel'
          ? { ...weight, data: Float32Array.of(9, 0, 0, 0, 0, 0, 0, 1, -0.5) }
          : weight,
    ),
  }
  // Sums of |w|: 10, 6, 2.5.
  const { output } = await step(model, { granularity: 'filter', sparsity: 0.34 })
  assert.equal(output.record!['removed'], [{ layers: ['a', 'b'], before: 3, after: 2, removed: [2] }])
})
