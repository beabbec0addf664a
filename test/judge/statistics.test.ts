import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { fairBinomialBelow } from '../../src/core/binomial.js'
import { medianInterval } from '../../src/core/median-interval.js'
import { normalQuantile } from '../../src/judge/normal.js'
import { countPairs, mcnemarExact, tangoInterval, tangoScore } from '../../src/judge/paired.js'
import { assert, suite } from '../suite.js'

const test = suite('judge statistics')

interface Peers {
  readonly quantiles: readonly (readonly [number, number])[]
  readonly tails: readonly (readonly [number, number, number])[]
  readonly pairs: readonly (readonly [number, number, number, number, number, number, number])[]
}
const peers = JSON.parse(
  readFileSync(join(packageFolder(), 'test/judge/fixtures/statistics.json'), 'utf8'),
) as Peers

const near = (found: number, wanted: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: ${found}, not ${wanted}`)

test('normal quantiles equal scipy to 14 digits, far into the tails', () => {
  for (const [p, wanted] of peers.quantiles)
    near(normalQuantile(p), wanted, 1e-14 * Math.max(1, Math.abs(wanted)), `p = ${p}`)
  for (const p of [0, 1, -0.1, 1.1, NaN]) assert.throws(() => normalQuantile(p), /no quantile/)
})

test('tails of fair coins equal scipy, for large counts too', () => {
  for (const [k, n, wanted] of peers.tails)
    near(fairBinomialBelow(k, n), wanted, 1e-11 * wanted, `${k} of ${n}`)
  assert.is(fairBinomialBelow(-1, 5), 0)
  assert.is(fairBinomialBelow(0, 0), 1)
})

test('tails of fair coins equal a sum of binomial coefficients', () => {
  let row = [1n]
  for (let n = 1; n <= 40; n++) {
    row = [1n, ...row.slice(1).map((each, i) => each + row[i]!), 1n]
    let sum = 0n
    for (const [k, each] of row.entries()) {
      sum += each
      near(fairBinomialBelow(k, n), Number(sum) / 2 ** n, 1e-12, `${k} of ${n}`)
    }
  }
})

test('exact McNemar p values equal statsmodels', () => {
  for (const [count, gained, lost, , , , p] of peers.pairs)
    near(mcnemarExact({ examples: count, gained, lost }), p, 1e-10, `${gained} against ${lost}`)
})

test('Tango intervals equal a score test whose nuisance parameter is maximized numerically', () => {
  for (const [count, gained, lost, level, low, high] of peers.pairs) {
    const found = tangoInterval({ examples: count, gained, lost }, (1 - level) / 2)
    near(found.low, low, 2e-6, `low of ${[count, gained, lost, level].join()}`)
    near(found.high, high, 2e-6, `high of ${[count, gained, lost, level].join()}`)
  }
})

test('the published interval of Fagerland, Lydersen and Laake 2014 (Bentur 2009: 1, 1, 7, 12)', () => {
  const { low, high } = tangoInterval({ examples: 21, gained: 1, lost: 7 }, 0.025)
  assert.is(low.toFixed(3), '-0.517')
  assert.is(high.toFixed(3), '-0.026')
})

test('without a differing pair the interval is ± z² / (n + z²)', () => {
  const z = normalQuantile(0.975)
  for (const count of [1, 2, 10, 10_000]) {
    const { low, high } = tangoInterval({ examples: count, gained: 0, lost: 0 }, 0.025)
    near(high, (z * z) / (count + z * z), 1e-9, `n = ${count}`)
    near(low, -high, 1e-12, 'symmetric')
  }
})

const pairs = fc
  .tuple(fc.nat(500), fc.nat(500), fc.nat(500))
  .filter(([same, gained, lost]) => same + gained + lost > 0)
  .map(([same, gained, lost]) => ({ examples: same + gained + lost, gained, lost }))

test('an interval holds its estimate, turns with the models, widens with its level, and the score falls', () => {
  fc.assert(
    fc.property(pairs, fc.double({ min: 1e-6, max: 0.49, noNaN: true }), (each, alpha) => {
      const { low, high } = tangoInterval(each, alpha)
      const estimate = (each.gained - each.lost) / each.examples
      assert.ok(low >= -1 && low <= estimate + 1e-9 && estimate <= high + 1e-9 && high <= 1)
      const turned = tangoInterval({ examples: each.examples, gained: each.lost, lost: each.gained }, alpha)
      near(turned.low, -high, 1e-9, 'turned')
      near(turned.high, -low, 1e-9, 'turned')
      const wider = tangoInterval(each, alpha / 2)
      assert.ok(wider.low <= low && wider.high >= high)
      let before = Infinity
      for (let delta = -0.99; delta < 1; delta += 0.03) {
        const score = tangoScore(each, delta)
        assert.ok(score <= before + 1e-9, `score rises at ${delta}`)
        before = score
      }
    }),
  )
})

test('no example tells nothing; all examples differing in one way touch the end', () => {
  assert.equal(tangoInterval({ examples: 0, gained: 0, lost: 0 }, 0.05), { low: -1, high: 1 })
  assert.is(tangoInterval({ examples: 9, gained: 9, lost: 0 }, 0.05).high, 1)
  assert.is(tangoInterval({ examples: 9, gained: 0, lost: 9 }, 0.05).low, -1)
})

test('pairs are counted from bits, least significant first, and bits behind the last example do not count', () => {
  const count = (a: number[], b: number[], n: number): unknown =>
    countPairs(Uint8Array.from(a), Uint8Array.from(b), n)
  assert.equal(count([0b1111_0101], [0b0000_0011], 3), { examples: 3, gained: 1, lost: 1 })
  assert.equal(count([0, 1], [0, 0], 9), { examples: 9, gained: 1, lost: 0 })
  assert.equal(count([], [], 0), { examples: 0, gained: 0, lost: 0 })
})

test('the interval of a median: known ranks, none for too few samples', () => {
  // Conover's table: 95 % of 10 samples is from the 2nd to the 9th, of 20 from the 6th to the 15th.
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => n - i)
  assert.equal(medianInterval(upTo(10), 0.95), { median: 5.5, low: 2, high: 9 })
  assert.equal(medianInterval(upTo(20), 0.95), { median: 10.5, low: 6, high: 15 })
  assert.equal(medianInterval(upTo(6), 0.95), { median: 3.5, low: 1, high: 6 })
  for (const [n, confidence] of [
    [5, 0.95],
    [1, 0.5],
    [0, 0.5],
  ] as const)
    assert.is(medianInterval(upTo(n), confidence), undefined)
})
