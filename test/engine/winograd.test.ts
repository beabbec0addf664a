import { isWinograd } from '../../src/engine/kernels/winograd.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { exactConvolution } from './exact-convolution.js'
import { drawn } from './shapes.js'

const test = suite('3×3 convolutions by Winograd on wasm against sums in float64')

type Pad = 'same' | 'valid' | [[0, 0], [number, number], [number, number], [0, 0]]
interface Case {
  x: [batch: number, height: number, width: number, channels: number]
  out: number
  pad: Pad
  /** Is it to be computed by tiles, forward (and for the filter), and for the input? */
  tiles: [boolean, boolean]
}

const around = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

const cases: Case[] = [
  { x: [1, 4, 4, 8], out: 8, pad: 'same', tiles: [true, true] },
  { x: [1, 6, 6, 8], out: 16, pad: 'valid', tiles: [true, true] },
  { x: [3, 13, 13, 32], out: 64, pad: 'valid', tiles: [true, true] },
  { x: [2, 7, 9, 24], out: 8, pad: 'same', tiles: [true, true] },
  { x: [2, 11, 8, 16], out: 24, pad: around(0, 1, 2, 0), tiles: [true, true] },
  { x: [5, 8, 8, 64], out: 40, pad: 'same', tiles: [true, true] },
  { x: [70, 4, 4, 8], out: 8, pad: 'same', tiles: [true, true] },
  { x: [2, 8, 8, 12], out: 8, pad: 'same', tiles: [false, false] },
  { x: [2, 8, 8, 8], out: 9, pad: 'same', tiles: [false, false] },
  { x: [2, 5, 5, 8], out: 8, pad: 'same', tiles: [false, false] },
  { x: [2, 4, 4, 8], out: 8, pad: 'valid', tiles: [false, true] },
  { x: [2, 1, 1, 8], out: 8, pad: 'same', tiles: [false, false] },
  { x: [1, 3, 40, 8], out: 8, pad: 'same', tiles: [true, true] },
]

const conv = (a: tf.Tensor, b: tf.Tensor, pad: Pad): tf.Tensor =>
  tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad)

/** Greatest error, as a share of the root of the mean square of what is right. */
const worst = (got: Float32Array, want: Float64Array): number => {
  const scale = Math.sqrt(want.reduce((sum, value) => sum + value * value, 0) / want.length)
  let most = 0
  want.forEach((value, i) => {
    const off = Math.abs(got[i]! - value) / scale
    if (!(off <= most)) most = off
  })
  return most
}

test('forward, with bias and relu, input gradient and filter gradient', async () => {
  await openEngine('wasm')
  for (const { x: shape, out, pad, tiles } of cases) {
    const name = `${shape.join('×')} to ${out}, ${JSON.stringify(pad)}`
    const x = drawn('x', shape) as tf.Tensor4D
    const filter = drawn('filter', [3, 3, shape[3], out]) as tf.Tensor4D
    const bias = drawn('bias', [out]) as tf.Tensor1D
    const info = tf.backend_util.computeConv2DInfo(shape, filter.shape, 1, 1, pad)
    const back = {
      ...info,
      inHeight: info.outHeight,
      outHeight: info.inHeight,
      inWidth: info.outWidth,
      outWidth: info.inWidth,
      inChannels: info.outChannels,
      outChannels: info.inChannels,
    }
    assert.equal([isWinograd(info), isWinograd(back)], tiles, name)
    const y = conv(x, filter, pad)
    const dy = drawn('dy', y.shape)
    const [dx, dFilter] = tf.grads((a, b) => conv(a, b, pad))([x, filter], dy)
    const fused = tf.fused.conv2d({ x, filter, strides: 1, pad, bias, activation: 'relu' })
    const want = exactConvolution(
      {
        batch: shape[0],
        height: shape[1],
        width: shape[2],
        inChannels: shape[3],
        outChannels: out,
        kernel: [3, 3],
        stride: [1, 1],
        padTop: info.padInfo.top,
        padLeft: info.padInfo.left,
        outHeight: info.outHeight,
        outWidth: info.outWidth,
      },
      x.dataSync(),
      filter.dataSync(),
      dy.dataSync(),
    )
    const biases = bias.dataSync()
    const parts: [string, tf.Tensor, Float64Array][] = [
      ['y', y, want.y],
      ['dx', dx!, want.dx],
      ['dFilter', dFilter!, want.dFilter],
      ['fused', fused, want.y.map((value, i) => Math.max(0, value + biases[i % out]!))],
    ]
    for (const [part, tensor, right] of parts) {
      const off = worst(tensor.dataSync() as Float32Array, right)
      assert.ok(off < 1e-5, `${part} of ${name} is off by ${off}`)
    }
  }
})

test('what lies outside of the image counts for nothing, whatever the memory held', async () => {
  await openEngine('wasm')
  const filter = drawn('filter', [3, 3, 8, 8]) as tf.Tensor4D
  const clean = tf.conv2d(tf.ones([2, 6, 6, 8]) as tf.Tensor4D, filter, 1, 'same').dataSync()
  // Leaves its NaN in the working memory.
  tf.conv2d(tf.mul(tf.ones([3, 6, 6, 8]), NaN) as tf.Tensor4D, filter, 1, 'same').dispose()
  assert.equal(tf.conv2d(tf.ones([2, 6, 6, 8]) as tf.Tensor4D, filter, 1, 'same').dataSync(), clean)
})
