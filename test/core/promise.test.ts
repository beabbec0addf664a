import { departures, differenceOf, enginePromises, withinPromise } from '../../src/core/promise.js'
import { engineNames } from '../../src/core/engine-name.js'
import { assert, suite } from '../suite.js'

const test = suite('what engines promise')
const { wasm, native } = enginePromises

test('every engine promises something, and the embedded one bits on every machine', () => {
  assert.equal(Object.keys(enginePromises).sort(), [...engineNames].sort())
  assert.equal(wasm, { kind: 'bitwise', across: 'machines' })
  for (const promise of Object.values(enginePromises))
    if (promise.kind === 'tolerance') assert.ok(promise.figure > 0 && promise.figure < 1e-3)
})

test('bits are bits: the sign of 0 and the last place count, the bits of NaN do not', () => {
  assert.ok(withinPromise(wasm, [1, NaN, -0, Infinity], [1, NaN, -0, Infinity]))
  assert.not.ok(withinPromise(wasm, [0], [-0]))
  assert.not.ok(withinPromise(wasm, [1], [1 + Number.EPSILON]))
  assert.not.ok(withinPromise(wasm, [1], [1, 2]))
})

test('a tolerance is relative to the largest number of the tensor', () => {
  assert.is(differenceOf([100, 0.001], [100, 0.002]), 0.001 / 100)
  assert.ok(withinPromise(native, [100, 0.0001], [100, 0.0003]))
  assert.not.ok(withinPromise(native, [1, 0.0001], [1, 0.0003]))
  assert.is(differenceOf([0, -0], [-0, 0]), 0)
  assert.is(differenceOf([], []), 0)
  assert.is(differenceOf([NaN, Infinity], [NaN, Infinity]), 0)
  for (const [a, b] of [
    [[NaN], [1]],
    [[Infinity], [-Infinity]],
    [[Infinity], [1e300]],
    [[1], [1, 1]],
  ] as const)
    assert.is(differenceOf(a, b), Infinity)
  assert.is(differenceOf([5e-324], [0]), 1)
})

test('metrics are judged one by one, and an absent one is told', () => {
  const a = { test: { accuracy: 0.97, loss: 0.1 }, model: { bytes: 400 } }
  assert.equal(departures(wasm, a, structuredClone(a)), [])
  assert.equal(
    departures(native, a, { test: { accuracy: 0.97, loss: 0.1 + 1e-8 }, model: { bytes: 400 } }),
    [],
  )
  assert.equal(
    departures(wasm, a, { test: { accuracy: 0.97, loss: 0.1 + 1e-8 }, model: { bytes: 400 } }).map(
      ({ metric }) => metric,
    ),
    ['test.loss'],
  )
  const flipped = departures(native, a, { test: { accuracy: 0.969 }, model: { bytes: 400 } })
  assert.equal(
    flipped.map(({ metric, b }) => [metric, b]),
    [
      ['test.accuracy', 0.969],
      ['test.loss', undefined],
    ],
  )
  assert.is(flipped[1]!.difference, Infinity)
})
