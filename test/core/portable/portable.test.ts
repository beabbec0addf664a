import { createHash } from 'node:crypto'
import { cosineOfTurns } from '../../../src/core/portable/cosine.js'
import { exp } from '../../../src/core/portable/exponential.js'
import { log, log10 } from '../../../src/core/portable/logarithm.js'
import { power } from '../../../src/core/portable/power.js'
import { stream } from '../../../src/core/random.js'
import { assert, suite } from '../../suite.js'
import * as oracle from './oracle.js'

const test = suite('functions with the same bits on every machine')

const random = stream(1, 'portable')
const between = (low: number, high: number): number => low + (high - low) * random.uniform()
const many = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw)
const worst = (values: readonly number[], off: (x: number) => number): { off: number; at: number } =>
  values.map(at => ({ off: off(at), at })).reduce((a, b) => (b.off > a.off ? b : a))
const within = (bound: number, values: readonly number[], off: (x: number) => number): void => {
  const found = worst(values, off)
  assert.ok(found.off < bound, `${found.off} last places at ${found.at}`)
}
/** A double of any size and any bits. */
const anything = (): number => {
  const words = Uint32Array.of(random.uint32(), random.uint32())
  const value = new Float64Array(words.buffer)[0]!
  return Number.isFinite(value) ? value : anything()
}
const beside = (x: number): number[] => [x * (1 - Number.EPSILON), x, x * (1 + Number.EPSILON)]

test('exp is within 0.7 of a last place', () => {
  const values = [
    ...many(3000, () => between(-1, 1)),
    ...many(2000, () => between(-708, 709.7)),
    ...many(500, () => between(-1e-8, 1e-8)),
    ...many(100, () => (random.below(2000) - 1000) * Math.LN2 * 0.7).filter(x => x > -708 && x < 709.7),
    ...many(200, () => ((random.below(1900) - 950) / 2) * Math.LN2)
      .flatMap(beside)
      .filter(x => x > -708 && x < 709),
    1,
    -1,
    0.5,
    709.782712893384,
    -708.3,
    1e-300,
    -1e-300,
  ]
  within(0.7, values, x => {
    const { fraction, k } = oracle.e(oracle.fixed(x))
    return oracle.lastPlaces(exp(x), fraction, k)
  })
  // Below the least normal number a last place is 2^-1074, and a second rounding comes in.
  within(
    1,
    many(300, () => between(-745, -708.5)),
    x => {
      const { fraction, k } = oracle.e(oracle.fixed(x))
      return oracle.lastPlaces(exp(x), fraction, k)
    },
  )
})

test('log is within 0.51 of a last place, log10 within 0.51', () => {
  const values = [
    ...many(3000, () => between(0, 2)).filter(x => x > 0),
    ...many(2000, () => Math.abs(anything())).filter(x => x > 0),
    ...many(1000, () => 1 + between(-1e-3, 1e-3)),
    ...many(300, () => 1 + between(-1e-12, 1e-12)),
    ...many(100, () => 2 ** (random.below(2000) - 1000)).flatMap(beside),
    ...[Math.SQRT2, Math.SQRT1_2, 0.5, 1, 2, 10].flatMap(beside),
    5e-324,
    2.2250738585072014e-308,
    Number.MAX_VALUE,
  ].filter(x => x !== 1)
  within(0.51, values, x => oracle.lastPlaces(log(x), oracle.ln(x)))
  within(0.51, values, x => oracle.lastPlaces(log10(x), oracle.log10(x)))
})

test('log10 of a power of ten is whole', () => {
  for (let n = -300; n <= 308; n++) assert.is(log10(Number(`1e${n}`)), n === 0 ? 0 : n)
})

test('power is within 0.7 of a last place', () => {
  const pairs = (count: number, draw: () => readonly [number, number]) => Array.from({ length: count }, draw)
  const cases: (readonly [number, number])[] = [
    ...pairs(3000, () => [between(0, 2), between(0, 3)]),
    ...pairs(1000, () => [1 - between(0, 0.2), 1 + random.below(5000)]),
    ...pairs(500, () => [1 - 10 ** -(1 + random.below(9)), random.below(100000)]),
    ...pairs(500, () => [Math.abs(anything()), between(-2, 2)]),
    ...pairs(300, () => [1 + between(-1e-10, 1e-10), between(-1e12, 1e12)]),
    ...pairs(300, () => [between(0, 30), random.below(60) - 30]),
    [0.999, 1],
    [0.9, 1],
    [0.96, 1e4],
    [2, -1022],
    [10, 15],
    [3, 30],
    [7, 18],
  ]
  const kept = cases.filter(([x, y]) => {
    const size = Number(oracle.exponentOf(x, y) >> 300n) / 2 ** 20
    return x > 0 && y !== 0 && size > -708 && size < 709.7
  })
  assert.ok(kept.length > 5000)
  let most = { off: 0, at: '' }
  for (const [x, y] of kept) {
    const { fraction, k } = oracle.e(oracle.exponentOf(x, y))
    const off = oracle.lastPlaces(power(x, y), fraction, k)
    if (off > most.off) most = { off, at: `${x} ** ${y}` }
  }
  assert.ok(most.off < 0.7, `${most.off} last places at ${most.at}`)
})

test('power gives back what has no rounding', () => {
  for (const x of many(2000, () => Math.abs(anything())).filter(x => x > 1e-300)) assert.is(power(x, 1), x)
  for (let n = -1074; n < 1024; n++) assert.is(power(2, n), 2 ** n, `2^${n}`)
  for (let n = 0; n <= 22; n++) assert.is(power(10, n), Number(`1e${n}`))
  for (let x = -50; x <= 50; x++) for (const n of [0, 1, 2, 3, 5]) assert.is(power(x, n) + 0, x ** n + 0)
})

test('the cosine of turns is within 0.9 of a last place', () => {
  const values = [
    ...many(4000, () => random.uniform()),
    ...many(1000, () => between(-1, 1)),
    ...[0.25, 0.75].flatMap(quarter => many(500, () => quarter + between(-1e-9, 1e-9))),
    ...[0.125, 0.375, 0.5, 0.625, 0.875, 1 - Number.EPSILON / 2].flatMap(beside).filter(x => x <= 1),
    1e-9,
    1e-200,
  ]
  within(0.9, values, x => oracle.lastPlaces(cosineOfTurns(x), oracle.cosine(x)))
  assert.equal([0, 0.25, 0.5, 0.75, 1].map(cosineOfTurns), [1, 0, -1, 0, 1])
  for (const x of many(200, () => random.uniform()))
    assert.is(cosineOfTurns(x + 3 - 3), cosineOfTurns(-(x + 3) + 3))
})

test('odd values are as ECMAScript has them', () => {
  const odd = [
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    0.5,
    -0.5,
    2,
    -2,
    3,
    -3,
    5e-324,
    -5e-324,
    1e308,
    -1e308,
    1e300 * 2 + 1,
  ]
  for (const x of odd) {
    for (const y of odd) {
      const mine = power(x, y)
      const theirs = x ** y
      const isNear =
        Object.is(mine, theirs) || Math.abs(mine - theirs) <= Math.abs(theirs) * 2 * Number.EPSILON
      assert.ok(isNear, `${x} ** ${y} is ${theirs}, not ${mine}`)
    }
    if (Math.abs(x) !== 1 && Math.abs(x) !== 0.5 && Math.abs(x) !== 2 && Math.abs(x) !== 3) {
      assert.ok(Object.is(exp(x), Math.exp(x)), `exp ${x}`)
      if (x <= 0 || !Number.isFinite(x)) assert.ok(Object.is(log(x), Math.log(x)), `log ${x}`)
      if (x <= 0 || !Number.isFinite(x)) assert.ok(Object.is(log10(x), Math.log10(x)), `log10 ${x}`)
    }
  }
  assert.equal([exp(709.79), exp(-746), exp(1e9), exp(-1e9)], [Infinity, 0, Infinity, 0])
  for (const x of [NaN, Infinity, -Infinity]) assert.ok(Number.isNaN(cosineOfTurns(x)))
})

/** The bits themselves: a change of them is a new revision of every kind that draws, schedules or scores. */
test('the bits are those that results were stored with', () => {
  const draws = stream(7, 'golden')
  const values = many(2000, () => {
    const [u, v] = [draws.uniform(), draws.uniform()]
    return exp(20 * (u - 0.5)) + log(u + 2 ** -60) + log10(v + 0.1) + power(u, 3 * v) + cosineOfTurns(v)
  })
  const bytes = new DataView(new ArrayBuffer(8 * values.length))
  values.forEach((value, i) => bytes.setFloat64(8 * i, value))
  assert.is(
    createHash('sha256').update(new Uint8Array(bytes.buffer)).digest('hex').slice(0, 16),
    '0ac5b155dda81f3f',
  )
})
