import { deriveSeed, stream } from '../../src/core/random.js'
import { assert, suite } from '../suite.js'

const test = suite('random')

test('a stream is decided by its seed and names alone', () => {
  const draw = (names: (string | number)[], seed = 7): number[] => {
    const random = stream(seed, ...names)
    return Array.from({ length: 4 }, () => random.uint32())
  }
  assert.equal(draw(['shuffle', 1]), draw(['shuffle', 1]))
  assert.not.equal(draw(['shuffle', 1]), draw(['shuffle', 2]))
  assert.not.equal(draw(['shuffle', 1]), draw(['shuffle', 1], 8))
  assert.not.equal(draw(['a', 'b']), draw(['ab']))
})

test('uniform draws have the mean and variance of a uniform law', () => {
  const random = stream(1, 'law')
  const draws = Array.from({ length: 100_000 }, () => random.uniform())
  const mean = draws.reduce((a, b) => a + b) / draws.length
  const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length
  assert.ok(Math.abs(mean - 0.5) < 0.004, `${mean}`)
  assert.ok(Math.abs(variance - 1 / 12) < 0.002, `${variance}`)
})

test('normal draws have mean 0, variance 1 and fourth moment 3', () => {
  const random = stream(2, 'normal')
  const draws = Array.from({ length: 100_000 }, () => random.normal())
  const moment = (k: number): number => draws.reduce((a, b) => a + b ** k, 0) / draws.length
  assert.ok(Math.abs(moment(1)) < 0.015)
  assert.ok(Math.abs(moment(2) - 1) < 0.02)
  assert.ok(Math.abs(moment(4) - 3) < 0.15)
})

test('a shuffle keeps every member, and each place is equally likely', () => {
  const counts = new Array<number>(5).fill(0)
  for (let i = 0; i < 20_000; i++) {
    const items = stream(i, 'shuffle').shuffle([0, 1, 2, 3, 4])
    assert.is(new Set(items).size, 5)
    counts[items.indexOf(0)]!++
  }
  for (const count of counts) assert.ok(Math.abs(count - 4000) < 250, counts.join(' '))
})

test('a restored stream goes on with the same draws', () => {
  const random = stream(3, 'state')
  random.uint32()
  const state = random.state()
  const next = [random.uint32(), random.uint32()]
  random.restore(state)
  assert.equal([random.uint32(), random.uint32()], next)
})

test('derived seeds are whole numbers below 2^48 and differ by name', () => {
  assert.not.equal(deriveSeed(7, 'base'), deriveSeed(7, 'student'))
  assert.ok(Number.isInteger(deriveSeed(7, 'base')))
  assert.ok(deriveSeed(7, 'base') < 2 ** 48)
})

test('limits are refused, not wrapped', () => {
  assert.throws(() => stream(1).below(0))
  assert.throws(() => stream(1).below(1.5))
  assert.is(stream(1).below(1), 0)
})
