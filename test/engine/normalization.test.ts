import { normalizeWholeBatch } from '../../src/engine/normalize-batch.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { normalizeBatch } from '../../src/model/normalize.js'
import { assert, suite } from '../suite.js'
import type { Outputs } from './agree.js'
import { agree } from './agree.js'
import { drawn } from './shapes.js'

const test = suite('batch normalization in training on wasm')

const shapes = [
  [5, 3],
  [2, 3, 3, 4],
  [1, 1, 1, 8],
  [2, 2, 3, 9],
  [4, 6, 5],
  [300, 17],
  [2, 2, 2, 2, 6],
  [129, 4],
  [1, 2],
]

test('agrees with what the cpu engine composes, gradients too, with and without scale and offset', () => {
  const cases: Record<string, () => Outputs> = {}
  for (const shape of shapes)
    cases[String(shape)] = () => {
      const channels = shape.at(-1)!
      const x = tf.add(tf.mul(drawn('x', shape), 3), 2)
      const gamma = drawn('gamma', [channels])
      const beta = drawn('beta', [channels])
      const whole = normalizeBatch(x, { gamma, beta }, 1e-3)
      const bare = normalizeBatch(x, {}, 1e-2)
      const [dx, dGamma, dBeta] = tf.grads(
        (a: tf.Tensor, g: tf.Tensor, b: tf.Tensor) => normalizeBatch(a, { gamma: g, beta: b }, 1e-3).output,
      )([x, gamma, beta], drawn('dy', shape))
      const wide = tf.mul(beta, 9)
      const bent = (['relu', 'relu6'] as const).flatMap(bend => {
        const behind = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
          normalizeBatch(a, { gamma, beta: b }, 1e-3, bend).output
        const [dx, dBeta] = tf.grads(behind)([x, wide], drawn('dy', shape))
        return [
          [`behind ${bend}`, behind(x, wide)],
          [`dx behind ${bend}`, dx!],
          [`dBeta behind ${bend}`, dBeta!],
        ] as const
      })
      const bareGradient = tf.grad((a: tf.Tensor) => normalizeBatch(a, {}, 1e-2).output)(
        x,
        drawn('dy', shape),
      )
      return {
        y: whole.output,
        mean: whole.mean,
        variance: whole.variance,
        bare: bare.output,
        dx: dx!,
        dGamma: dGamma!,
        dBeta: dBeta!,
        bareGradient,
        ...Object.fromEntries(bent),
      }
    }
  return agree(cases)
})

test('keeps its digits far from 0 and over many rows', async () => {
  await openEngine('wasm')
  const rows = 70_000
  const channels = 5
  const values = Float32Array.from(
    { length: rows * channels },
    (_, i) => 1000 * (i % channels) + ((i * 7919) % 101) / 101,
  )
  const { mean, variance } = normalizeWholeBatch(
    tf.tensor(values, [rows, channels]),
    tf.ones([channels]),
    tf.zeros([channels]),
    1e-3,
  )
  for (let c = 0; c < channels; c++) {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += values[row * channels + c]!
    const center = sum / rows
    let squares = 0
    for (let row = 0; row < rows; row++) squares += (values[row * channels + c]! - center) ** 2
    assert.ok(Math.abs(mean.dataSync()[c]! - center) <= 1e-7 * Math.abs(center))
    assert.ok(Math.abs(variance.dataSync()[c]! / (squares / rows) - 1) < 3e-6)
  }
})

test('its gradients are those of numeric differentiation', async () => {
  await openEngine('wasm')
  const shape = [6, 3]
  const along = drawn('along', shape)
  const inputs = [drawn('x', shape), drawn('gamma', [3]), drawn('beta', [3])]
  const value = (...[x, gamma, beta]: tf.Tensor[]): tf.Tensor =>
    tf.sum(tf.mul(normalizeBatch(x!, { gamma: gamma!, beta: beta! }, 1e-3).output, along))
  const gradients = tf.grads(value)(inputs)
  inputs.forEach((input, which) => {
    const got = gradients[which]!.dataSync()
    const start = input.dataSync() as Float32Array
    start.forEach((_, i) => {
      const at = (step: number): number => {
        const moved = tf.tensor(
          start.map((each, j) => (i === j ? each + step : each)),
          input.shape,
        )
        return value(...inputs.map((each, j) => (j === which ? moved : each))).dataSync()[0]!
      }
      const numeric = (at(4e-3) - at(-4e-3)) / 8e-3
      assert.ok(Math.abs(got[i]! - numeric) < 5e-3, `${which} ${i}: ${got[i]} and not ${numeric}`)
    })
  })
})
