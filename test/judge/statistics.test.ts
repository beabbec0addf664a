import { fairBinomialBelow } from '../../src/judge/binomial.js'
import { medianInterval } from '../../src/judge/faster.js'
import { normalQuantile } from '../../src/judge/normal.js'
import { countPairs, mcnemarExact, tangoInterval } from '../../src/judge/paired.js'
import { assert, suite } from '../suite.js'

const test = suite('statistics')
const near = (found: number, wanted: number, within: number): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${found}, wanted ${wanted}`)

test("normal quantiles equal SciPy's", () => {
  // scipy.stats.norm.ppf
  for (const [p, wanted] of [
    [0.5, 0],
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167813],
    [0.01, -2.3263478740408408],
    [1e-6, -4.753424308822899],
  ] as const)
    near(normalQuantile(p), wanted, 1e-8)
  assert.throws(() => normalQuantile(0))
  assert.throws(() => normalQuantile(1))
})

test("McNemar's exact p values equal statsmodels'", () => {
  // statsmodels.stats.contingency_tables.mcnemar(exact=True)
  for (const [gained, lost, wanted] of [
    [0, 0, 1],
    [1, 0, 1],
    [5, 12, 0.143463134765625],
    [30, 11, 0.00432400493446039],
    [100, 100, 1],
    [0, 9, 0.00390625],
  ] as const)
    near(mcnemarExact({ examples: 200, gained, lost }), wanted, 1e-12)
})

/** Tango's interval the slow way: the constrained likelihood maximized by search instead of by its formula. */
const bruteInterval = (n: number, b: number, c: number, z: number): { low: number; high: number } => {
  const logs = (count: number, p: number): number => (count === 0 ? 0 : count * Math.log(p))
  const statistic = (delta: number): number => {
    let low = Math.max(0, -delta)
    let high = (1 - delta) / 2
    const likelihood = (q: number): number =>
      logs(b, q + delta) + logs(c, q) + logs(n - b - c, 1 - 2 * q - delta)
    for (let i = 0; i < 300; i++) {
      const left = low + (high - low) / 3
      const right = high - (high - low) / 3
      if (likelihood(left) < likelihood(right)) low = left
      else high = right
    }
    return (b - c - n * delta) / Math.sqrt(n * (low + high + delta - delta * delta))
  }
  const cross = (wanted: number, from: number, to: number): number => {
    for (let i = 0; i < 100; i++) {
      const middle = (from + to) / 2
      if (statistic(middle) > wanted) from = middle
      else to = middle
    }
    return (from + to) / 2
  }
  return { low: cross(z, -1, (b - c) / n), high: cross(-z, (b - c) / n, 1) }
}

test("Tango's interval equals that of the likelihood maximized by search", () => {
  for (const [n, b, c] of [
    [44, 1, 0],
    [100, 7, 12],
    [2000, 31, 40],
    [10, 5, 5],
    [30, 20, 3],
  ] as const) {
    const wanted = bruteInterval(n, b, c, 1.959963984540054)
    const found = tangoInterval({ examples: n, gained: b, lost: c }, 0.025)
    near(found.low, wanted.low, 1e-5)
    near(found.high, wanted.high, 1e-5)
  }
})

test('an interval holds its estimate, turns with its roles and shrinks with more examples', () => {
  for (const [examples, gained, lost] of [
    [1, 0, 0],
    [1, 1, 0],
    [10, 5, 5],
    [50, 0, 50],
    [1000, 3, 9],
  ] as const) {
    const { low, high } = tangoInterval({ examples, gained, lost }, 0.05)
    const estimate = (gained - lost) / examples
    assert.ok(low <= estimate + 1e-9 && estimate <= high + 1e-9, `${low} ${estimate} ${high}`)
    assert.ok(low >= -1 && high <= 1)
    const turned = tangoInterval({ examples, gained: lost, lost: gained }, 0.05)
    near(turned.low, -high, 1e-6)
    near(turned.high, -low, 1e-6)
  }
  const wide = tangoInterval({ examples: 100, gained: 2, lost: 3 }, 0.05)
  const narrow = tangoInterval({ examples: 10_000, gained: 200, lost: 300 }, 0.05)
  assert.ok(narrow.high - narrow.low < (wide.high - wide.low) / 5)
})

test('no discordant pair among n still leaves room for z²/(n + z²)', () => {
  const z = 1.959963984540054
  for (const n of [1, 44, 1000]) {
    const { low, high } = tangoInterval({ examples: n, gained: 0, lost: 0 }, 0.025)
    near(high, (z * z) / (n + z * z), 1e-6)
    near(low, -high, 1e-6)
  }
})

test('pairs are counted from bits, least significant first, and bits behind the last example do not count', () => {
  assert.equal(countPairs(new Uint8Array([0b1111_0101]), new Uint8Array([0b0000_0011]), 3), {
    examples: 3,
    gained: 1,
    lost: 1,
  })
  assert.equal(countPairs(new Uint8Array([0, 1]), new Uint8Array([0, 0]), 9), {
    examples: 9,
    gained: 1,
    lost: 0,
  })
})

test('binomial sums', () => {
  near(fairBinomialBelow(1, 4), 5 / 16, 1e-12)
  assert.is(fairBinomialBelow(-1, 4), 0)
  near(fairBinomialBelow(4, 4), 1, 1e-12)
  near(fairBinomialBelow(5000, 10_000), 0.5 + Math.sqrt(2 / (Math.PI * 10_000)) / 2, 1e-5)
})

test("a median's interval has ranks from the binomial law, and too few rounds have none", () => {
  const sample = Array.from({ length: 20 }, (_, i) => 20 - i)
  // n = 20, 95 %: ranks 6 and 15 (Conover, table A3).
  assert.equal(medianInterval(sample, 0.95), { median: 10.5, low: 6, high: 15 })
  assert.is(medianInterval([1, 2, 3], 0.95), undefined)
  assert.is(medianInterval([], 0.5), undefined)
})
