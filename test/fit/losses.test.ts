import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { losses } from '../../src/fit/losses.js'
import { losses as named } from '../../src/network/losses.js'
import { assert, suite } from '../suite.js'

const test = suite('losses')

test.before(async () => {
  await openEngine('wasm')
})

type Row = readonly number[]
const mean = (row: Row): number => row.reduce((a, b) => a + b, 0) / row.length
const sum = (row: Row): number => row.reduce((a, b) => a + b, 0)

/** In float64, from the definitions. */
const formulas: Record<string, (y: Row, p: Row) => number> = {
  categoricalCrossentropy: (y, p) => -sum(y.map((t, i) => (t === 0 ? 0 : t * Math.log(p[i]! / sum(p))))),
  binaryCrossentropy: (y, p) => -mean(y.map((t, i) => t * Math.log(p[i]!) + (1 - t) * Math.log(1 - p[i]!))),
  meanSquaredError: (y, p) => mean(y.map((t, i) => (t - p[i]!) ** 2)),
  meanAbsoluteError: (y, p) => mean(y.map((t, i) => Math.abs(t - p[i]!))),
  meanAbsolutePercentageError: (y, p) =>
    100 * mean(y.map((t, i) => Math.abs(t - p[i]!) / Math.max(Math.abs(t), 1e-7))),
  meanSquaredLogarithmicError: (y, p) =>
    mean(y.map((t, i) => (Math.log(1 + Math.max(t, 1e-7)) - Math.log(1 + Math.max(p[i]!, 1e-7))) ** 2)),
  huber: (y, p) =>
    mean(
      y.map((t, i) => {
        const e = Math.abs(t - p[i]!)
        return e <= 1 ? e * e * 0.5 : e - 0.5
      }),
    ),
  logCosh: (y, p) => mean(y.map((t, i) => Math.log(Math.cosh(p[i]! - t)))),
  hinge: (y, p) => mean(y.map((t, i) => Math.max(0, 1 - (2 * t - 1) * p[i]!))),
  squaredHinge: (y, p) => mean(y.map((t, i) => Math.max(0, 1 - (2 * t - 1) * p[i]!) ** 2)),
  categoricalHinge: (y, p) =>
    Math.max(0, Math.max(...y.map((t, i) => (1 - t) * p[i]!)) - sum(y.map((t, i) => t * p[i]!)) + 1),
  kullbackLeiblerDivergence: (y, p) =>
    sum(y.map((t, i) => (t === 0 ? 0 : t * Math.log(t / (p[i]! / sum(p)))))),
  poisson: (y, p) => mean(y.map((t, i) => p[i]! - t * Math.log(p[i]! + 1e-7))),
  cosineSimilarity: (y, p) =>
    -sum(y.map((t, i) => t * p[i]!)) / Math.sqrt(sum(y.map(t => t * t)) * sum(p.map(q => q * q))),
}

const truth: Row[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0.2, 0.5, 0.3],
]
const said: Row[] = [
  [0.7, 0.2, 0.1],
  [0.05, 0.05, 0.9],
  [0.3, 0.3, 0.4],
]

for (const [name, formula] of Object.entries(formulas))
  test(`${name} is its formula, and its gradient the slope`, () => {
    const loss = losses[name]!({})
    tf.tidy(() => {
      const got = loss(tf.tensor2d(truth as number[][]), {
        output: tf.tensor2d(said as number[][]),
      }).dataSync()
      truth.forEach((y, i) => {
        const want = formula(y, said[i]!)
        assert.ok(Math.abs(got[i]! - want) <= 2e-6 * Math.max(1, Math.abs(want)), `${got[i]} and not ${want}`)
      })
      const slope = tf
        .grad(p => tf.sum(loss(tf.tensor2d(truth as number[][]), { output: p })))(
          tf.tensor2d(said as number[][]),
        )
        .dataSync()
      const h = 1e-6
      truth.forEach((y, i) =>
        said[i]!.forEach((_, j) => {
          const at = (shift: number): number =>
            formula(
              y,
              said[i]!.map((q, k) => (k === j ? q + shift : q)),
            )
          // A kink has no slope to compare with.
          const [left, right] = [(at(0) - at(-h)) / h, (at(h) - at(0)) / h]
          if (Math.abs(left - right) > 1e-2 * Math.max(1, Math.abs(left))) return
          const want = (at(h) - at(-h)) / (2 * h)
          assert.ok(
            Math.abs(slope[i * 3 + j]! - want) <= 1e-4 * Math.max(1, Math.abs(want)) + 1e-9 * Math.abs(at(0)),
            `d${i},${j}: ${slope[i * 3 + j]} and not ${want}`,
          )
        }),
      )
    })
  })

const softmax = (z: Row): Row => {
  const top = Math.max(...z)
  const total = sum(z.map(x => Math.exp(x - top)))
  return z.map(x => Math.exp(x - top) / total)
}

test('from logits, cross-entropies neither overflow nor lose their gradient', () => {
  const logits: Row[] = [
    [1000, -1000, 0],
    [-80, 80, 79],
    [0, 0, 0],
    [1e-3, -1e-3, 30],
  ]
  const y: Row[] = [
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, 1],
    [0.5, 0.25, 0.25],
  ]
  tf.tidy(() => {
    const z = tf.tensor2d(logits as number[][])
    const t = tf.tensor2d(y as number[][])
    const check = (name: string, value: (y: Row, z: Row) => number, slope: (y: Row, z: Row) => Row): void => {
      const loss = losses[name]!({})
      const of = (input: tf.Tensor): tf.Tensor => loss(t, { output: input, logits: input })
      const got = of(z).dataSync()
      const gradient = tf
        .grad(input => tf.sum(of(input)))(z)
        .dataSync()
      logits.forEach((row, i) => {
        const want = value(y[i]!, row)
        assert.ok(
          Math.abs(got[i]! - want) <= 1e-6 * Math.max(1, Math.abs(want)),
          `${name}: ${got[i]}, not ${want}`,
        )
        slope(y[i]!, row).forEach((d, j) =>
          assert.ok(
            Math.abs(gradient[i * 3 + j]! - d) <= 1e-6,
            `${name} slope: ${gradient[i * 3 + j]}, not ${d}`,
          ),
        )
      })
    }
    check(
      'categoricalCrossentropy',
      (t, z) => {
        const top = Math.max(...z)
        const lse = top + Math.log(sum(z.map(x => Math.exp(x - top))))
        return sum(t.map((p, i) => p * (lse - z[i]!)))
      },
      (t, z) => softmax(z).map((p, i) => p - t[i]!),
    )
    check(
      'binaryCrossentropy',
      (t, z) =>
        mean(t.map((p, i) => Math.max(z[i]!, 0) - z[i]! * p + Math.log1p(Math.exp(-Math.abs(z[i]!))))),
      (t, z) => z.map((x, i) => (1 / (1 + Math.exp(-x)) - t[i]!) / 3),
    )
  })
})

test('probabilities of exactly 0 and 1 give a finite loss without logits', () => {
  tf.tidy(() => {
    const y = tf.tensor2d([[1, 0]])
    const output = tf.tensor2d([[0, 1]])
    for (const name of ['categoricalCrossentropy', 'binaryCrossentropy', 'kullbackLeiblerDivergence'])
      assert.ok(Number.isFinite(losses[name]!({})(y, { output }).dataSync()[0]), name)
  })
})

test('at its minimum no loss has a slope, kinks included', () => {
  const values = tf.tensor2d([[0.25, -3, 0]])
  for (const name of ['meanSquaredError', 'meanAbsoluteError', 'huber', 'logCosh'])
    if (losses[name])
      assert.equal(
        [
          ...tf
            .grad(output => tf.sum(losses[name]!({})(values, { output })))(values)
            .dataSync(),
        ].map(Math.abs),
        [0, 0, 0],
        name,
      )
})

test('every loss of the recipe has its formula', () => {
  assert.equal(Object.keys(losses).sort(), Object.keys(named).sort())
})
