import { tf } from '../../src/engine/tf.js'
import { suite } from '../suite.js'
import type { Outputs } from './agree.js'
import { agree } from './agree.js'
import { drawn } from './shapes.js'

const test = suite('pools and depthwise convolutions on wasm against the pure JavaScript engine')

const pooled =
  (x: number[], size: [number, number], strides: [number, number], pad: 'same' | 'valid' | number) => () => {
    // Coarse values make ties, and the shift makes windows whose maximum is negative.
    const input = tf.sub(drawn('pool', x, 2), 1) as tf.Tensor4D
    const forward = tf.maxPool(input, size, strides, pad)
    const dy = drawn('dy', forward.shape)
    const max = tf.grad((t: tf.Tensor) => tf.maxPool(t as tf.Tensor4D, size, strides, pad))(input, dy)
    const out: Outputs = { forward, max }
    // The cpu engine divides by the whole window at a padded edge, which is not the gradient of its own average.
    if (pad === 'valid')
      out['average'] = tf.grad((t: tf.Tensor) => tf.avgPool(t as tf.Tensor4D, size, strides, pad))(input, dy)
    return out
  }

test('pool gradients: ties, negative windows, overlap, odd channels, padding', () => {
  const cases: Record<string, () => Outputs> = {}
  for (const channels of [1, 3, 4, 7])
    for (const [size, stride] of [
      [
        [2, 2],
        [2, 2],
      ],
      [
        [3, 3],
        [1, 1],
      ],
      [
        [3, 2],
        [2, 3],
      ],
      [
        [2, 2],
        [3, 3],
      ],
    ] as const)
      for (const pad of ['same', 'valid', 1] as const)
        if (pad !== 1 || stride[0] === 1)
          cases[`${channels} ${String(size)} ${String(stride)} ${pad}`] = pooled(
            [2, 7, 6, channels],
            [...size],
            [...stride],
            pad,
          )
  for (const shape of [
    [2, 5, 7, 8],
    [1, 2, 2, 4],
    [3, 8, 4, 12],
    [1, 3, 3, 4],
  ])
    cases[`quartered ${String(shape)}`] = pooled(shape, [2, 2], [2, 2], 'valid')
  return agree(cases)
})

test('pool gradients of volumes, with negative windows', () => {
  const cases: Record<string, () => Outputs> = {}
  for (const shift of [0, 3])
    for (const [size, stride, pad] of [
      [2, 2, 'valid'],
      [3, 1, 'same'],
      [2, 2, 'same'],
    ] as const)
      cases[`${shift} ${size} ${stride} ${pad}`] = () => {
        const x = tf.sub(drawn('volume', [2, 4, 5, 3, 3], 3), shift) as tf.Tensor5D
        const run = (t: tf.Tensor): tf.Tensor => tf.maxPool3d(t as tf.Tensor5D, size, stride, pad)
        return { y: run(x), dx: tf.grad(run)(x, drawn('dy', run(x).shape)) }
      }
  return agree(cases)
})

test('depthwise gradients: multipliers, strides, padding', () => {
  const cases: Record<string, () => Outputs> = {}
  for (const [channels, multiplier] of [
    [1, 1],
    [3, 1],
    [4, 1],
    [6, 1],
    [3, 2],
    [4, 4],
  ] as const)
    for (const [kernel, stride] of [
      [[3, 3], 1],
      [[3, 3], 2],
      [[1, 1], 1],
      [[5, 2], 1],
    ] as const)
      for (const pad of ['same', 'valid'] as const)
        cases[`${channels}×${multiplier} ${String(kernel)} ${stride} ${pad}`] = () => {
          const x = drawn('x', [2, 6, 7, channels]) as tf.Tensor4D
          const filter = drawn('filter', [...kernel, channels, multiplier]) as tf.Tensor4D
          const run = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
            tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad)
          const y = run(x, filter)
          const [dx, dFilter] = tf.grads(run)([x, filter], drawn('dy', y.shape))
          return { y, dx: dx!, dFilter: dFilter! }
        }
  // Several strips of rows, margins of every width, channels in eights with four more.
  for (const pad of [0, 1, 2] as const)
    for (const stride of [1, 2, 3] as const)
      cases[`wide, ${pad} ${stride}`] = () => {
        const x = drawn('x', [3, 9, 41, 12]) as tf.Tensor4D
        const filter = drawn('filter', [3, 3, 12, 1]) as tf.Tensor4D
        const run = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
          tf.depthwiseConv2d(
            a as tf.Tensor4D,
            b as tf.Tensor4D,
            stride,
            pad as unknown as 'same',
            'NHWC',
            1,
            'floor',
          )
        const y = run(x, filter)
        const [dx, dFilter] = tf.grads(run)([x, filter], drawn('dy', y.shape))
        return { y, dx: dx!, dFilter: dFilter! }
      }
  return agree(cases)
})
