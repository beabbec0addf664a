import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import type { Outputs } from './agree.js'
import { agree } from './agree.js'
import { drawn } from './shapes.js'

const test = suite('kernels on wasm against the pure JavaScript engine')

test('matrix products: every transposition, odd sizes, broadcast batches, fused bias and relu', () => {
  const cases: Record<string, () => Outputs> = {}
  for (const [m, k, n] of [
    [1, 1, 1],
    [5, 3, 7],
    [4, 8, 8],
    [13, 400, 9],
    [3, 2, 270],
    [70, 5, 17],
    [2, 0, 3],
  ] as const)
    for (const [ta, tb] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const)
      cases[`${m}×${k}×${n} ${ta} ${tb}`] = () => {
        const a = drawn('a', ta ? [k, m] : [m, k]) as tf.Tensor2D
        const b = drawn('b', tb ? [n, k] : [k, n]) as tf.Tensor2D
        const bias = drawn('bias', [n])
        const fused = tf.fused.matMul({ a, b, transposeA: ta, transposeB: tb, bias, activation: 'relu' })
        return { plain: tf.matMul(a, b, ta, tb), fused }
      }
  for (const [batchA, batchB] of [
    [[2], [2]],
    [[1], [3]],
    [
      [2, 3],
      [1, 3],
    ],
    [[2], []],
    [[0], [0]],
  ] as const)
    cases[`batch ${String(batchA)} ${String(batchB)}`] = () => ({
      plain: tf.matMul(drawn('a', [...batchA, 3, 5]), drawn('b', [...batchB, 5, 2])),
      transposed: tf.matMul(drawn('c', [...batchA, 5, 3]), drawn('d', [...batchB, 2, 5]), true, true),
    })
  return agree(cases)
})

test('sums and means over any axes, of every type, empty ones too', () => {
  const cases: Record<string, () => Outputs> = {}
  const shapes: [number[], (number | number[] | undefined)[]][] = [
    [[7], [undefined, 0]],
    [
      [3, 5],
      [0, 1, [0, 1], -1],
    ],
    [
      [2, 3, 4, 19],
      [[0, 1, 2], [0, 2], [1, 3], 3, [1, 2], [0, 3], undefined],
    ],
    [
      [300, 21],
      [0, 1],
    ],
    [
      [3, 0],
      [0, 1],
    ],
    [
      [1, 1],
      [0, [0, 1]],
    ],
  ]
  for (const [shape, axes] of shapes)
    for (const axis of axes)
      for (const keep of [false, true])
        cases[`${String(shape)} over ${String(axis)}`] = () => {
          const x = drawn('x', shape)
          const whole = tf.cast(tf.mul(x, 5), 'int32')
          const flags = tf.greater(x, 0)
          return {
            sum: tf.sum(x, axis, keep),
            // The cpu engine calls the mean of nothing 0, TensorFlow NaN, as we do.
            ...(shape.includes(0)
              ? {}
              : { mean: tf.mean(x, axis, keep), intMean: tf.mean(whole, axis, keep) }),
            int: tf.sum(whole, axis, keep),
            bool: tf.sum(flags, axis, keep),
          }
        }
  return agree(cases)
})

test('batch axes that both operands repeat are broadcast', async () => {
  await openEngine('wasm')
  const a = drawn('a', [2, 1, 3, 5])
  const b = drawn('b', [1, 4, 5, 2])
  const whole = tf.matMul(tf.tile(a, [1, 4, 1, 1]), tf.tile(b, [2, 1, 1, 1]))
  assert.equal(tf.matMul(a, b).shape, [2, 4, 3, 2])
  assert.equal(tf.matMul(a, b).dataSync(), whole.dataSync())
})

test('a long sum keeps its digits', async () => {
  await openEngine('wasm')
  const values = Float32Array.from({ length: 300_000 }, (_, i) => 1 + (i % 7) / 7)
  const want = values.reduce((sum, value) => sum + value, 0)
  for (const shape of [[300_000], [300_000, 1], [100_000, 3], [15_000, 20]]) {
    const sum = tf.tidy(() => tf.sum(tf.tensor(values, shape), 0).sum())
    assert.ok(Math.abs(sum.dataSync()[0]! / want - 1) < 3e-7, String(shape))
  }
})

test('batch normalization and its gradients, with and without scale and offset', () => {
  const cases: Record<string, () => Outputs> = {}
  for (const shape of [
    [5, 3],
    [2, 3, 3, 4],
    [2, 2, 3, 9],
    [4, 6, 5],
  ])
    cases[String(shape)] = () => {
      const channels = shape.at(-1)!
      const x = drawn('x', shape)
      const vectors = [
        drawn('mean', [channels]),
        tf.abs(drawn('variance', [channels])),
        drawn('offset', [channels]),
        drawn('scale', [channels]),
      ] as tf.Tensor1D[]
      const run = (...t: tf.Tensor[]): tf.Tensor =>
        tf.batchNorm(
          t[0]!,
          t[1] as tf.Tensor1D,
          t[2] as tf.Tensor1D,
          t[3] as tf.Tensor1D,
          t[4] as tf.Tensor1D,
          1e-3,
        )
      const gradients = tf.grads(run)([x, ...vectors], drawn('dy', shape))
      return {
        y: run(x, ...vectors),
        bare: tf.batchNorm(x, vectors[0]!, vectors[1]!),
        dx: gradients[0]!,
        dMean: gradients[1]!,
        dVariance: gradients[2]!,
        dOffset: gradients[3]!,
        dScale: gradients[4]!,
      }
    }
  return agree(cases)
})

test('slices, casts, copies, segments and relu', () =>
  agree({
    slice: () => ({
      rows: tf.slice(drawn('x', [5, 3, 2]), [1, 0, 0], [2, 3, 2]),
      middle: tf.slice(drawn('x', [5, 3, 2]), [1, 1, 0], [3, 2, 2]),
      box: tf.slice(drawn('x', [4, 3, 5, 2]), [1, 0, 2, 1], [2, 3, 3, 1]),
      vector: tf.slice(drawn('x', [9]), [2], [4]),
      five: tf.slice(drawn('x', [2, 3, 2, 3, 2]), [0, 1, 0, 1, 0], [2, 2, 1, 2, 1]),
      empty: tf.slice(drawn('x', [4, 3]), [1, 1], [0, 2]),
      bool: tf.slice(tf.greater(drawn('x', [4, 4]), 0), [1, 1], [2, 3]),
    }),
    cast: () => ({
      bool: tf.cast(tf.tensor1d([0, 256, 0.5, -1, NaN]), 'bool'),
      int: tf.cast(tf.tensor1d([2.7, -2.7, 0]), 'int32'),
      float: tf.cast(tf.tensor1d([true, false], 'bool'), 'float32'),
      same: tf.cast(drawn('x', [3]), 'float32'),
    }),
    segments: () => ({
      rows: tf.unsortedSegmentSum(drawn('x', [6, 5]), tf.tensor1d([2, 0, 2, 3, 0, 2], 'int32'), 5),
      list: tf.unsortedSegmentSum(drawn('x', [4]), tf.tensor1d([1, 1, -1, 7], 'int32'), 3),
      gather: tf.grad((t: tf.Tensor) =>
        tf.gather(
          t,
          tf.tensor2d(
            [
              [1, 1],
              [3, 0],
            ],
            [2, 2],
            'int32',
          ),
        ),
      )(drawn('x', [4, 3])),
    }),
    relu: () => ({
      gradient: tf.grad((t: tf.Tensor) => tf.relu(t))(drawn('x', [3, 7]), drawn('dy', [3, 7])),
      second: tf.grad((t: tf.Tensor) => tf.grad((u: tf.Tensor) => tf.relu(u).square())(t))(drawn('x', [5])),
    }),
  }))

test('an identity shares its data, and outlives its source', async () => {
  await openEngine('wasm')
  const x = tf.tensor1d([1, 2, 3])
  const copy = tf.clone(x)
  const variable = tf.variable(x)
  x.dispose()
  variable.assign(tf.tensor1d([7, 8, 9]))
  assert.equal([...copy.dataSync()], [1, 2, 3])
  copy.dispose()
  assert.equal([...variable.dataSync()], [7, 8, 9])
})

test('e^x and tanh: within two units in the last place, from the smallest number to infinity', async () => {
  await openEngine('wasm')
  const values = Float32Array.from({ length: 20_003 }, (_, i) => ((i - 10_000) / 10_000) * 110)
  values.set([NaN, Infinity, -Infinity, 0, -0, 88.72, 88.73, -87.4, -103.9, -104.1, 1e-30, 1e30, -1e30])
  const units = (got: number, want: number): number => {
    if (Object.is(got, want) || (Number.isNaN(got) && Number.isNaN(want))) return 0
    const near = Math.fround(want)
    if (got === near) return 0
    const unit = Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(Math.abs(near))) - 23))
    return Math.abs(got - want) / unit
  }
  const x = tf.tensor1d(values)
  for (const [name, got, right] of [
    ['e^x', tf.exp(x).dataSync(), Math.exp],
    ['tanh', tf.tanh(x).dataSync(), Math.tanh],
  ] as const)
    values.forEach((value, i) => {
      const off = units(got[i]!, right(value))
      assert.ok(off <= 2, `${name} of ${value} is ${got[i]}: off by ${off} units`)
    })
})
