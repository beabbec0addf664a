import fc from 'fast-check'
import { Value } from 'typebox/value'
import { stream } from '../../src/core/random.js'
import { describeModel } from '../../src/model/describe-model.js'
import { highest, lowest, type Figure, type ModelDescription } from '../../src/network/description.js'
import { passBytes } from '../../src/network/holding.js'
import { params, type QuantizeConfig } from '../../src/steps/quantize/fields.js'
import { quantize } from '../../src/steps/quantize/spec.js'
import { randomNetwork } from '../network/random-network.js'
import { openEngine } from '../../src/engine/open.js'
import { layers as library } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { bring, saveModel } from './model-rig.js'
import { networkOf, predicted, randomModel, step } from './prune-rig.js'

const test = suite('predictions behind a pruning whose widths only a run can tell')

const quantized = (written: object, model: ModelDescription) =>
  quantize.predict(Value.Default(params, written) as QuantizeConfig, {
    model: [{ from: 'pruned', description: model }],
  })

const holds = (guess: Figure, real: number, what: string): void =>
  assert.ok(
    lowest(guess) <= real && real <= highest(guess),
    `${what}: ${JSON.stringify(guess)} and not ${real}`,
  )

const codes = (faults: readonly { readonly code: string }[] = []): string[] => faults.map(({ code }) => code)

test('pruning again and quantizing: what comes of it lies between the ends that were told', async () => {
  let [again, stored] = [0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1e6 }),
      fc.constantFrom('filter', 'channel'),
      fc.constantFrom(0.1, 0.5, 0.8),
      fc.record({
        granularity: fc.constantFrom('filter', 'channel', 'unit'),
        scope: fc.constantFrom('layer', 'global'),
        sparsity: fc.constantFrom(0, 0.3, 0.5, 0.9),
        roundTo: fc.constantFrom(1, 1, 4),
      }),
      async (seed, granularity, sparsity, second) => {
        const model = randomModel(randomNetwork(stream(seed, 'network')), seed)
        const first = { granularity, scope: 'global', sparsity }
        const guess = predicted(first, describeModel(model)).outputs['model'] as ModelDescription | undefined
        if (!guess?.between) return
        const { model: real, description } = await step(model, first)
        for (const layer of description.network!.layers) {
          const [low, high] = [guess.between.narrowest, guess.between.widest].map(
            ({ layers }) => layers.find(({ name }) => name === layer.name)!.config,
          )
          for (const field of ['filters', 'units'])
            if (layer.config[field] !== undefined)
              holds(
                { low: Number(low![field]), high: Number(high![field]) },
                Number(layer.config[field]),
                `${layer.name}.${field}`,
              )
        }
        for (const pass of ['inference', 'training'] as const)
          holds(passBytes(guess, pass, 3)!, highest(passBytes(description, pass, 3)!), `memory of ${pass}`)

        for (const written of [{}, { weights: 'int16', granularity: 'tensor', scheme: 'affine' }]) {
          const [early, late] = [quantized(written, guess), quantized(written, description)]
          assert.equal(codes(early.faults), codes(late.faults))
          const told = early.outputs['model'] as ModelDescription
          holds(told.bytes, highest((late.outputs['model'] as ModelDescription).bytes), 'bytes quantized')
          assert.is(told.quantized.weights, written.weights ?? 'int8')
          stored++
        }

        const early = predicted(second, guess)
        if (codes(early.faults).length > 0) {
          assert.equal(codes(early.faults), codes(predicted(second, description).faults))
          return
        }
        const told = early.outputs['model'] as ModelDescription
        const { description: twice } = await step(real, second)
        for (const figure of ['parameters', 'macs', 'nonZero', 'bytes'] as const)
          holds(told[figure], highest(twice[figure]), `${figure} ${JSON.stringify([seed, first, second])}`)
        again++
      },
    ),
    { numRuns: 150, seed: 9 },
  )
  assert.ok(again > 20 && stored > 40, `${again} pruned again, ${stored} quantized`)
})

const cnn = describeModel(
  randomModel(
    networkOf(
      [
        { conv2d: { filters: 6, kernelSize: 3, name: 'stem' } },
        { conv2d: { filters: 8, kernelSize: 1 } },
        'flatten',
        { dense: { units: 3, activation: 'softmax' } },
      ],
      [6, 6, 1],
    ),
    1,
  ),
)

test('a rule that matches no layer is told, with the nearest name, before anything runs', () => {
  const global = predicted({ granularity: 'filter', scope: 'global', sparsity: 0.5 }, cnn).outputs['model']
  const local = predicted({ granularity: 'filter', sparsity: 0.5 }, cnn).outputs['model']
  assert.ok((global as ModelDescription).between && (local as ModelDescription).network)
  for (const model of [cnn, global, local] as ModelDescription[]) {
    const told = [
      ...predicted(
        { granularity: 'filter', sparsity: 0.5, rules: [{ layers: 'stme', exclude: true }] },
        model,
      ).faults!,
      ...quantized({ rules: [{ layers: 'conv2d_9', weights: 'float32' }] }, model).faults!,
      ...quantized({ rules: [{ layers: { type: 'conv1d' }, weights: 'float32' }] }, model).faults!,
    ]
    assert.equal(
      told.map(({ code, hint }) => `${code}: ${hint}`),
      [
        'rule-matches-nothing: Did you mean "stem"?',
        'rule-matches-nothing: Did you mean "conv2d_1"?',
        'rule-matches-nothing: Did you mean "conv2d"?',
      ],
    )
  }
})

test('what is quantized behind it is known to be, and is not quantized twice', () => {
  const global = predicted({ granularity: 'filter', scope: 'global', sparsity: 0.5 }, cnn).outputs['model']
  const once = quantized({}, global as ModelDescription).outputs['model'] as ModelDescription
  assert.equal(codes(quantized({}, once).faults), ['already-quantized'])
})

test('a rule is held against the layers of a model that was brought in', async () => {
  await openEngine('cpu')
  const made = library.sequential({
    layers: [
      library.layers.conv2d({ inputShape: [6, 5, 2], filters: 3, kernelSize: 2, name: 'block/one' }),
      library.layers.flatten(),
      library.layers.dense({ units: 2, activation: 'softmax', name: 'head' }),
    ],
  })
  const { prediction } = await bring({ source: { tfjs: (await saveModel(made)).file } })
  const model = prediction.outputs['model'] as ModelDescription
  const pruning = { granularity: 'filter', sparsity: 0.5, rules: [{ layers: 'blok/one', exclude: true }] }
  const [fault] = predicted(pruning, model).faults!
  assert.is(fault!.code, 'rule-matches-nothing')
  assert.match(fault!.hint!, /Did you mean "block\/one"\?|Did you mean "\w*block\w*one"\?/)
  assert.equal(codes(quantized({ rules: [{ layers: 'haed', weights: 'float32' }] }, model).faults), [
    'rule-matches-nothing',
  ])
})
