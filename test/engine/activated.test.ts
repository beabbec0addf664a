import {
  bendActivated,
  bends,
  canActivate,
  convolveActivated,
  multiplyActivated,
} from '../../src/engine/activated.js'
import { tf } from '../../src/engine/tf.js'
import { suite } from '../suite.js'
import type { Outputs } from './agree.js'
import { agree } from './agree.js'
import { drawn } from './shapes.js'

const test = suite('bias and relu inside of a product on wasm against apart on the cpu engine')

type Run = (x: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor) => tf.Tensor

const outcome = (run: Run, x: number[], weights: number[], out: number): Outputs => {
  const operands = [tf.mul(drawn('x', x), 4), drawn('weights', weights), drawn('bias', [out])]
  const y = run(operands[0]!, operands[1]!, operands[2]!)
  const gradients = tf.grads(run)(operands, drawn('dy', y.shape))
  return { y, dx: gradients[0]!, dWeights: gradients[1]!, dBias: gradients[2]! }
}

for (const bend of bends) {
  const relued = (x: tf.Tensor): tf.Tensor => (bend === 'relu6' ? tf.minimum(6, tf.relu(x)) : tf.relu(x))
  const bent = (x: tf.Tensor): tf.Tensor => (bend === 'linear' ? x : relued(x))

  test(`convolutions, ${bend}`, () => {
    const cases: Record<string, () => Outputs> = {}
    for (const [size, kernel, channels, out] of [
      [[2, 8, 8], [3, 3], 8, 16],
      [[3, 7, 5], [3, 3], 1, 8],
      [[2, 6, 9], [5, 2], 3, 24],
      [[1, 1, 1], [1, 1], 5, 7],
      [[2, 4, 4], [1, 1], 8, 8],
      [[140, 3, 3], [3, 3], 2, 5],
    ] as const)
      for (const strides of [
        [1, 1],
        [2, 1],
      ] as const)
        for (const pad of ['same', 'valid'] as const)
          if (pad === 'same' || (size[1] >= kernel[0] && size[2] >= kernel[1]))
            cases[`${String(size)} by ${String(kernel)}, ${channels} to ${out}, ${String(strides)} ${pad}`] =
              () =>
                outcome(
                  (x, filter, bias) =>
                    canActivate()
                      ? convolveActivated(x, filter, bias, bend, { strides: [...strides], pad })
                      : bent(
                          tf.add(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [...strides], pad), bias),
                        ),
                  [...size, channels],
                  [...kernel, channels, out],
                  out,
                )
    return agree(cases)
  })

  test(`products, ${bend}`, () => {
    const cases: Record<string, () => Outputs> = {}
    for (const [rows, channels, out] of [
      [1, 1, 1],
      [5, 7, 3],
      [300, 4, 8],
      [128, 20, 33],
    ] as const)
      cases[`${rows} × ${channels} to ${out}`] = () =>
        outcome(
          (x, kernel, bias) =>
            canActivate()
              ? multiplyActivated(x, kernel, bias, bend)
              : bent(tf.add(tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D), bias)),
          [rows, channels],
          [channels, out],
          out,
        )
    return agree(cases)
  })

  if (bend === 'linear') continue
  test(`elements, ${bend}`, () => {
    const cases: Record<string, () => Outputs> = {}
    for (const size of [1, 7, 64, 301])
      cases[`${size}`] = () => {
        // Zero and six themselves among them: there no gradient passes.
        const x = tf.concat([tf.mul(drawn('x', [size]), 12), tf.tensor([0, -0, 6, 6.5, -3])])
        const run = (given: tf.Tensor): tf.Tensor =>
          canActivate() ? bendActivated(given, bend) : bent(given)
        return { y: run(x), dx: tf.grad(run)(x, drawn('dy', x.shape)) }
      }
    return agree(cases)
  })
}
