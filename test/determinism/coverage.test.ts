import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { layerTypes } from '../../src/network/catalogue.js'
import { activationNames, initializerNames } from '../../src/network/fields.js'
import { losses } from '../../src/network/losses.js'
import { rules as optimizers } from '../../src/fit/optimizer.js'
import { builtInKinds } from '../../src/steps/index.js'
import { assert, suite } from '../suite.js'

const test = suite('the recipes that are compared')
const recipes = ['layers', 'training', 'compression']
  .map(name => readFileSync(join(packageFolder(), 'test/determinism', `${name}.yml`), 'utf8'))
  .join('\n')
const missing = (names: readonly string[]): string[] =>
  names.filter(name => !new RegExp(`(?<![\\w-])${name}(?!\\w)`).test(recipes))

test('every layer type, activation, initializer, loss, optimizer and schedule is in one of them', () => {
  const layers = layerTypes.map(({ type }) => type)
  // tfjs has no gradient for it.
  assert.equal(missing(layers), ['thresholdedReLU'])
  assert.equal(missing(activationNames), [])
  // The forget gate of an LSTM has unitForgetBias of itself.
  assert.equal(
    missing(initializerNames).filter(name => name !== 'unitForgetBias'),
    [],
  )
  assert.equal(missing(Object.keys(losses)), [])
  assert.equal(missing(Object.keys(optimizers)), [])
  assert.equal(missing(['exponential', 'cosine', 'polynomial', 'step', 'piecewise']), [])
})

test('every kind that computes is, but for those of time, of files and of other recipes', () => {
  const kinds = builtInKinds.map(({ kind }) => kind)
  assert.equal(
    kinds.filter(kind => !recipes.includes(`kind: ${kind}`)),
    kinds.filter(kind => ['model', 'benchmark', 'pipeline'].includes(kind)),
  )
  // `magnitude` is what prune does where no method is named.
  assert.equal(missing(['activation', 'apoz', 'weight', 'filter', 'unit', 'channel', 'global', 'l1', 'l2']), [
    'weight',
  ])
  assert.equal(missing(['int8', 'int16', 'int32', 'uint8', 'affine', 'tensor', 'percentile', 'hints']), [])
})
