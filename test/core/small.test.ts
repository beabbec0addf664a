import { canonical, digestOf, digestValue } from '../../src/core/hash.js'
import { didYouMean, nearest } from '../../src/core/nearest.js'
import { formatBytes, formatSeconds, parseDuration, parseMoment } from '../../src/core/units.js'
import { assert, suite } from '../suite.js'

const test = suite('core')

test('equal values have equal digests, whatever the order of their keys', () => {
  assert.is(digestValue({ a: 1, b: [2, { c: 3, d: undefined }] }), digestValue({ b: [2, { c: 3 }], a: 1 }))
  assert.is.not(digestValue({ a: 1 }), digestValue({ a: '1' }))
  assert.is.not(digestValue([1, 2]), digestValue([2, 1]))
  assert.is(canonical({ b: 1, a: 'é"' }), '{"a":"é\\"","b":1}')
})

test('what JSON would lose is refused', () => {
  assert.throws(() => canonical(Number.NaN))
  assert.throws(() => canonical(Infinity))
  assert.throws(() => canonical([undefined]))
})

test('a digest is sha256 in hex', () => {
  assert.is(digestOf(''), 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('a misspelt word finds its neighbour, and a strange one none', () => {
  assert.is(nearest('filtres', ['filters', 'units']), 'filters')
  assert.is(nearest('Dense', ['dense', 'conv2d']), 'dense')
  assert.is(nearest('zzzz', ['dense', 'conv2d']), undefined)
  assert.is(didYouMean('sparsty', ['sparsity']), 'Did you mean "sparsity"?')
})

test('durations and moments', () => {
  assert.is(parseDuration('30m'), 1_800_000)
  assert.is(parseDuration('1.5 h'), 5_400_000)
  assert.is(parseDuration('250ms'), 250)
  assert.is(parseDuration('soon'), undefined)
  assert.equal(parseMoment('1 epoch'), { count: 1, unit: 'epoch' })
  assert.equal(parseMoment('50 steps'), { count: 50, unit: 'step' })
  assert.is(parseMoment('50'), undefined)
})

test('figures as people read them', () => {
  assert.is(formatBytes(999), '999 B')
  assert.is(formatBytes(1234), '1.23 kB')
  assert.is(formatBytes(999_700), '1.00 MB')
  assert.is(formatSeconds(0.25), '250 ms')
  assert.is(formatSeconds(59.97), '1m 00s')
  assert.is(formatSeconds(125), '2m 05s')
  assert.is(formatSeconds(3725), '1h 02m')
})
