import { differenceOf } from '../../../src/core/promise.js'
import { openEngine } from '../../../src/engine/open.js'
import { tf } from '../../../src/engine/tf.js'
import { assert, suite } from '../../suite.js'
import { drawn } from '../shapes.js'
import { whyNoWebgpu } from './here.js'

const test = suite('operations on webgpu at the sizes of real networks')

type Make = () => tf.Tensor

/**
 * The parity suite's tensors are small. From certain sizes on the backend takes other programs: tiled, vectorized by four,
 * split along the inner side, reduced in several passes.
 */
const product = (m: number, k: number, n: number, turnA = false, turnB = false): Make => {
  const name = `${m} ${k} ${n}`
  return () =>
    tf.matMul(
      drawn(`a ${name}`, turnA ? [k, m] : [m, k]),
      drawn(`b ${name}`, turnB ? [n, k] : [k, n]),
      turnA,
      turnB,
    )
}

const convolved = (
  shape: [number, number, number, number],
  filter: [number, number, number, number],
  stride: number,
  pad: 'same' | 'valid',
): Record<string, Make> => {
  const name = `${shape.join('×')} by ${filter.join('×')} ${stride} ${pad}`
  const x = (): tf.Tensor4D => drawn(`x ${name}`, shape) as tf.Tensor4D
  const w = (): tf.Tensor4D => drawn(`w ${name}`, filter) as tf.Tensor4D
  const convolve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad)
  const slopes = (): [tf.Tensor, tf.Tensor] => {
    const dy = drawn(`dy ${name}`, convolve(x(), w()).shape)
    return tf.grads((a, b) => tf.sum(tf.mul(convolve(a!, b!), dy)))([x(), w()]) as [tf.Tensor, tf.Tensor]
  }
  return {
    [`conv ${name}`]: () => convolve(x(), w()),
    [`conv ${name}, gradient of x`]: () => slopes()[0],
    [`conv ${name}, gradient of w`]: () => slopes()[1],
  }
}

const deep = (multiplier: number, channels: number, stride: number): Record<string, Make> => {
  const x = (): tf.Tensor => drawn(`deep x ${channels}`, [2, 15, 14, channels])
  const w = (): tf.Tensor => drawn(`deep w ${channels}`, [3, 3, channels, multiplier])
  const convolve = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, 'same')
  const slope = (i: 0 | 1): tf.Tensor =>
    tf.grads((a, b) => tf.sum(tf.square(convolve(a!, b!))))([x(), w()])[i]!
  const name = `depthwise ${channels}×${multiplier} by ${stride}`
  return {
    [name]: () => convolve(x(), w()),
    [`${name}, gradient of x`]: () => slope(0),
    [`${name}, gradient of w`]: () => slope(1),
  }
}

const long = (): tf.Tensor => drawn('long', [3, 50_000])

const cases: Readonly<Record<string, Make>> = {
  'product, tiled': product(130, 70, 90),
  'product, by four': product(128, 64, 256),
  'product, long inner side': product(32, 2000, 24),
  'product, long inner side, few rows': product(3, 4000, 5),
  'product of a row': product(1, 500, 700),
  'product, left turned': product(96, 128, 60, true),
  'product, right turned': product(96, 128, 60, false, true),
  'product, both turned': product(40, 33, 52, true, true),
  'batched product': () => tf.matMul(drawn('ba', [5, 20, 33]), drawn('bb', [5, 33, 17])),
  'dense with bias and relu': () =>
    tf.fused.matMul({
      a: drawn('da', [64, 100]) as tf.Tensor2D,
      b: drawn('db', [100, 60]) as tf.Tensor2D,
      bias: drawn('dc', [60]),
      activation: 'relu',
    }),
  ...convolved([4, 14, 14, 16], [3, 3, 16, 32], 1, 'same'),
  ...convolved([3, 13, 11, 3], [5, 5, 3, 10], 2, 'valid'),
  ...convolved([4, 8, 8, 64], [1, 1, 64, 32], 1, 'valid'),
  ...convolved([2, 28, 28, 1], [3, 3, 1, 32], 1, 'valid'),
  ...deep(1, 32, 1),
  ...deep(2, 6, 2),
  'sum of all': () => tf.sum(tf.square(long())),
  'mean of rows': () => tf.mean(long(), 1),
  'sum of columns': () => tf.sum(drawn('columns', [700, 90]), 0),
  'greatest of rows': () => tf.max(long(), 1),
  'position of the greatest': () => tf.cast(tf.argMax(long(), 1), 'float32'),
  softmax: () => tf.softmax(drawn('soft', [33, 1000])),
  'log of softmax': () => tf.logSoftmax(drawn('soft', [33, 1000])),
  moments: () => tf.moments(drawn('moments', [8, 14, 14, 20]), [0, 1, 2]).variance,
  'max pool': () => tf.maxPool(drawn('pool', [4, 15, 15, 32]) as tf.Tensor4D, 3, 2, 'same'),
  'max pool, gradient': () =>
    tf.grad(x => tf.sum(tf.square(tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'))))(
      drawn('pool', [4, 15, 15, 32]),
    ),
  'average pool, gradient': () =>
    tf.grad(x => tf.sum(tf.square(tf.avgPool(x as tf.Tensor4D, 3, 2, 'same'))))(
      drawn('pool', [4, 15, 15, 32]),
    ),
  'rows of a table': () => tf.gather(drawn('table', [500, 40]), tf.range(0, 300, 1, 'int32')),
  'rows of a table, gradient': () =>
    tf.grad(table => tf.sum(tf.square(tf.gather(table, tf.tensor1d([3, 1, 3, 3, 499], 'int32')))))(
      drawn('table', [500, 40]),
    ),
  turned: () => tf.transpose(drawn('turn', [60, 70, 9]), [2, 0, 1]),
  joined: () =>
    tf.concat(
      Array.from({ length: 20 }, (_, i) => drawn(`part ${i}`, [7, 5 + i])),
      1,
    ),
  'sum of twenty': () => tf.addN(Array.from({ length: 20 }, (_, i) => drawn(`term ${i}`, [40, 30]))),
  'clipped, rounded, compared': () => {
    const x = drawn('clip', [90, 90])
    return tf.where(tf.greater(x, 0.3), tf.round(tf.mul(x, 7)), tf.clipByValue(x, -0.5, 0.1))
  },
}

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else
  test('are those of wasm', async () => {
    const all = async (): Promise<Map<string, Float32Array>> => {
      const found = new Map<string, Float32Array>()
      for (const [name, make] of Object.entries(cases)) {
        const tensor = tf.tidy(make)
        found.set(name, (await tensor.data()) as Float32Array)
        tensor.dispose()
      }
      return found
    }
    await openEngine('wasm')
    const want = await all()
    await openEngine('webgpu')
    const far = [...(await all())].flatMap(([name, values]) => {
      const off = differenceOf(values, want.get(name)!)
      return off <= 5e-6 ? [] : [`${name}: ${off}`]
    })
    assert.equal(far, [])
  })
