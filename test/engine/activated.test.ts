import { canActivate, convolveActivated, multiplyActivated } from '../../src/engine/activated.js'
import { tf } from '../../src/engine/tf.js'
import { suite } from '../suite.js'
import type { Outputs } from './agree.js'
import { agree } from './agree.js'
import { drawn } from './shapes.js'

const test = suite('bias and relu inside of a product on wasm against apart on the cpu engine')

type Run = (x: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor) => tf.Tensor

const outcome = (run: Run, x: number[], weights: number[], out: number): Outputs => {
  const operands = [drawn('x', x), drawn('weights', weights), drawn('bias', [out])]
  const y = run(operands[0]!, operands[1]!, operands[2]!)
  const gradients = tf.grads(run)(operands, drawn('dy', y.shape))
  return { y, dx: gradients[0]!, dWeights: gradients[1]!, dBias: gradients[2]! }
}

for (const relu of [true, false]) {
  const bent = (x: tf.Tensor): tf.Tensor => (relu ? tf.relu(x) : x)

  test(`convolutions${relu ? ', with relu' : ''}`, () => {
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
                      ? convolveActivated(x, filter, bias, relu, { strides: [...strides], pad })
                      : bent(
                          tf.add(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [...strides], pad), bias),
                        ),
                  [...size, channels],
                  [...kernel, channels, out],
                  out,
                )
    return agree(cases)
  })

  test(`products${relu ? ', with relu' : ''}`, () => {
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
              ? multiplyActivated(x, kernel, bias, relu)
              : bent(tf.add(tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D), bias)),
          [rows, channels],
          [channels, out],
          out,
        )
    return agree(cases)
  })
}
