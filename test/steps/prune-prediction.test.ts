import fc from 'fast-check'
import { stream } from '../../src/core/random.js'
import { describeModel } from '../../src/model/describe-model.js'
import { highest, lowest, type ModelDescription } from '../../src/network/description.js'
import { randomNetwork } from '../network/random-network.js'
import { assert, suite } from '../suite.js'
import { networkOf, predicted, randomModel, step } from './prune-rig.js'

const test = suite('what prune predicts')

test('predictions hold on random graphs: exact where they say so, within the range elsewhere', async () => {
  let [exact, ranges] = [0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1e6 }),
      fc.constantFrom('filter', 'channel', 'weight'),
      fc.constantFrom('layer', 'global'),
      fc.constantFrom(0, 0.1, 0.5, 0.8, 0.999),
      fc.constantFrom(1, 1, 2),
      async (seed, granularity, scope, sparsity, multiple) => {
        const network = randomNetwork(stream(seed, 'network'))
        const model = randomModel(network, seed)
        const written = {
          granularity,
          scope,
          sparsity,
          ...(granularity === 'weight' ? {} : { roundTo: multiple }),
        }
        const { outputs, faults = [] } = predicted(written, describeModel(model))
        if (faults.length > 0) {
          assert.equal(
            faults.map(({ code }) => code),
            ['nothing-to-prune'],
          )
          return
        }
        const guess = outputs['model'] as ModelDescription
        const { description } = await step(model, written)
        for (const figure of ['parameters', 'macs', 'nonZero', 'bytes'] as const) {
          const real = highest(description[figure])
          assert.ok(
            lowest(guess[figure]) <= real && real <= highest(guess[figure]),
            `${figure} ${JSON.stringify(guess[figure])} of ${JSON.stringify([seed, written])}: ${real}`,
          )
        }
        assert.equal(guess.outputShape, description.outputShape)
        if (guess.network) {
          exact++
          assert.equal(guess.network, description.network)
        } else ranges++
      },
    ),
    { numRuns: 150, seed: 5 },
  )
  assert.ok(exact > 20 && ranges > 20, `${exact} exact, ${ranges} ranges`)
})

test('a global range is tight where layers cost the same', () => {
  const network = networkOf([{ dense: { units: 4 } }, { dense: { units: 4 } }, { dense: { units: 4 } }], [4])
  const model = describeModel(randomModel(network, 1))
  const guess = predicted({ granularity: 'unit', sparsity: 0.5, scope: 'global' }, model).outputs[
    'model'
  ] as ModelDescription
  // Widths (a, b) with a + b = 4: 4a + ab + 4b MACs, from 3 + 16 to 4 + 16.
  assert.ok(lowest(guess.macs) <= 19 && highest(guess.macs) >= 20 && highest(guess.macs) < 48)
  assert.is(guess.network, undefined)
})
