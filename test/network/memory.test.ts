import { layerTypes } from '../../src/network/catalogue.js'
import { describeNetwork } from '../../src/network/describe.js'
import { exact, range } from '../../src/network/description.js'
import { greatestOf, passBytes, sumOf, timesOf, weightBytes } from '../../src/network/holding.js'
import { numbersHeld, optimizerNumbers, weightNumbers } from '../../src/network/memory.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import type { Network } from '../../src/network/network.js'
import { resolveOptimizer } from '../../src/network/optimizers.js'
import { rules } from '../../src/fit/optimizer.js'
import { cases } from '../model/layer-cases.js'
import { assert, suite } from '../suite.js'

const test = suite('memory of passes')

const networkOf = (layers: readonly unknown[], shape: readonly number[]): Network => {
  const { network, faults } = resolveNetwork({ layers }, shape)
  if (!network) throw new Error(JSON.stringify(faults))
  return network
}

test('a pass holds its input three times, and of each layer what it gives and what its gradients need', () => {
  const dense = networkOf(
    [{ dense: { units: 10, activation: 'relu' } }, { dense: { units: 2, useBias: false } }],
    [5],
  )
  assert.is(numbersHeld(dense, 'inference'), 3 * 5 + 10 + 2)
  // Product, sum, relu and two gradients of the first; product and one gradient of the second.
  assert.is(numbersHeld(dense, 'training'), 3 * 5 + 5 * 10 + 2 * 2)
  const separable = networkOf(
    [{ separableConv2d: { filters: 8, kernelSize: 3, depthMultiplier: 2 } }],
    [5, 5, 3],
  )
  assert.is(numbersHeld(separable, 'inference'), 3 * 75 + 9 * 8 + 9 * 6)
  const lstm = networkOf([{ lstm: { units: 4 } }], [10, 3])
  assert.is(numbersHeld(lstm, 'training'), 3 * 30 + 10 * 4 * 4 * 30)
  const flat = networkOf(['flatten'], [2, 2])
  assert.is(numbersHeld(flat, 'training'), 12)
})

test('every layer of the catalogue has a figure, in training no less than in inference', () => {
  for (const { type } of layerTypes) {
    for (const [layers, shape] of cases[type]!) {
      const network = networkOf(layers, shape)
      const [run, train] = (['inference', 'training'] as const).map(pass => numbersHeld(network, pass))
      assert.ok(Number.isFinite(run) && run! > 0 && train! >= run!, type)
    }
  }
})

test('weights: all, those that train, the largest', () => {
  const network = networkOf([{ conv2d: { filters: 4, kernelSize: 3 } }, 'batchNormalization'], [5, 5, 2])
  assert.equal(weightNumbers(network), { all: 72 + 4 + 16, trainable: 72 + 4 + 8, largest: 72 })
})

test('an optimizer has as many slots as its rule, whatever its settings', () => {
  const settings = [{}, { momentum: 0.9 }, { amsgrad: true }, { momentum: 0.9, centered: true }]
  let held = 0
  for (const [name, make] of Object.entries(rules)) {
    for (const given of settings) {
      const { type, ...full } = resolveOptimizer({ [name]: given } as never) as { type: string }
      assert.is(
        optimizerNumbers(type, full).slots,
        Object.keys(make(full).slots).length,
        `${name} ${JSON.stringify(given)}`,
      )
      held += optimizerNumbers(type, full).slots
    }
  }
  assert.ok(held > 30)
})

test('figures are added and compared by their ends; one that is unknown makes the whole unknown', () => {
  assert.equal(sumOf(exact(1), range(2, 5)), { low: 3, high: 6 })
  assert.equal(sumOf(), { exact: 0 })
  assert.is(sumOf(exact(1), undefined), undefined)
  assert.equal(greatestOf(exact(3), range(1, 9)), { low: 3, high: 9 })
  assert.equal(timesOf(range(1, 2), 3), { low: 3, high: 6 })
  const model = describeNetwork(networkOf([{ dense: { units: 2 } }], [3]))
  assert.equal(weightBytes(model, 2), { exact: 8 * 8 })
  assert.equal(passBytes(model, 'inference', 10), { exact: 4 * 10 * 11 })
  const { network: _, ...unknown } = model
  assert.is(passBytes(unknown, 'inference', 10), undefined)
})
