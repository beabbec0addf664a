import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { coinTail } from '../../src/judge/statistics/binomial.js'
import { medianInterval } from '../../src/judge/statistics/median.js'
import { normalQuantile } from '../../src/judge/statistics/normal.js'
import { mcNemar, tangoInterval, tangoScore } from '../../src/judge/statistics/paired.js'
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
  for (const [k, n, wanted] of peers.tails) near(coinTail(k, n), wanted, 1e-12 * wanted, `${k} of ${n}`)
  assert.is(coinTail(-1, 5), 0)
  assert.is(coinTail(0, 0), 1)
})

test('tails of fair coins equal a sum of binomial coefficients', () => {
  let row = [1n]
  for (let n = 1; n <= 40; n++) {
    row = [1n, ...row.slice(1).map((each, i) => each + row[i]!), 1n]
    let sum = 0n
    for (const [k, each] of row.entries()) {
      sum += each
      near(coinTail(k, n), Number(sum) / 2 ** n, 1e-14, `${k} of ${n}`)
    }
  }
})

test('exact McNemar p values equal statsmodels', () => {
  for (const [count, gained, lost, , , , p] of peers.pairs)
    near(mcNemar({ count, gained, lost }), p, 1e-12, `${gained} against ${lost}`)
})

test('Tango intervals equal a score test whose nuisance parameter is maximized numerically', () => {
  for (const [count, gained, lost, level, low, high] of peers.pairs) {
    const found = tangoInterval({ count, gained, lost }, level)
    near(found.low, low, 2e-6, `low of ${[count, gained, lost, level].join()}`)
    near(found.high, high, 2e-6, `high of ${[count, gained, lost, level].join()}`)
  }
})

test('the published interval of Fagerland, Lydersen and Laake 2014 (Bentur 2009: 1, 1, 7, 12)', () => {
  const { low, high } = tangoInterval({ count: 21, gained: 1, lost: 7 }, 0.95)
  assert.is(low.toFixed(3), '-0.517')
  assert.is(high.toFixed(3), '-0.026')
})

test('without a differing pair the interval is ± z² / (n + z²)', () => {
  const z = normalQuantile(0.975)
  for (const count of [1, 2, 10, 10_000]) {
    const { low, high } = tangoInterval({ count, gained: 0, lost: 0 }, 0.95)
    near(high, (z * z) / (count + z * z), 1e-9, `n = ${count}`)
    near(low, -high, 1e-12, 'symmetric')
  }
})

const pairs = fc
  .tuple(fc.nat(500), fc.nat(500), fc.nat(500))
  .filter(([same, gained, lost]) => same + gained + lost > 0)
  .map(([same, gained, lost]) => ({ count: same + gained + lost, gained, lost }))

test('an interval holds its estimate, turns with the models, widens with its level, and the score falls', () => {
  fc.assert(
    fc.property(pairs, fc.double({ min: 0.01, max: 0.9999, noNaN: true }), (each, level) => {
      const { low, high } = tangoInterval(each, level)
      const estimate = (each.gained - each.lost) / each.count
      assert.ok(low >= -1 && low <= estimate + 1e-9 && estimate <= high + 1e-9 && high <= 1)
      const turned = tangoInterval({ count: each.count, gained: each.lost, lost: each.gained }, level)
      near(turned.low, -high, 1e-9, 'turned')
      near(turned.high, -low, 1e-9, 'turned')
      const wider = tangoInterval(each, 1 - (1 - level) / 2)
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

test('impossible pairs are a bug', () => {
  assert.throws(() => tangoInterval({ count: 0, gained: 0, lost: 0 }, 0.9), /no such pairs/)
  assert.throws(() => tangoInterval({ count: 1, gained: 1, lost: 1 }, 0.9), /no such pairs/)
})

test('the interval of a median: known ranks, none for too few samples', () => {
  // Conover's table: 95 % of 10 samples is from the 2nd to the 9th, of 20 from the 6th to the 15th.
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => n - i)
  assert.equal(medianInterval(upTo(10), 0.95), { median: 5.5, interval: { low: 2, high: 9 } })
  assert.equal(medianInterval(upTo(20), 0.95), { median: 10.5, interval: { low: 6, high: 15 } })
  assert.equal(medianInterval(upTo(6), 0.95), { median: 3.5, interval: { low: 1, high: 6 } })
  assert.equal(medianInterval(upTo(5), 0.95), { median: 3 })
  assert.equal(medianInterval([7], 0.5), { median: 7 })
  assert.equal(medianInterval([7], 0.9), { median: 7 })
})
