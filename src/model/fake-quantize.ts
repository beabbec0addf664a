import { tf } from '../engine/tf.js'
import type { Quantization } from './model.js'
import { codeRange } from './quantization.js'

/**
 * Rounds a tensor to the values that a quantization can hold and leaves it float32: (clamp(round(x · scale + bias)) − bias) / scale.
 * This simulates integers; no integer arithmetic is done. Its gradient is straight-through (Bengio et al. 2013): 1 where
 * x lies within the range, 0 where it is clamped. The scale has no gradient.
 */
export const fakeQuantize = (x: tf.Tensor, quantization: Quantization): tf.Tensor => {
  const { dtype, scheme, axis, scale, bias } = quantization
  const { low, high } = codeRange(dtype, scheme)
  const constant = (values: Float64Array): tf.Tensor =>
    axis === undefined
      ? tf.scalar(values[0]!)
      : tf.tensor(
          Float32Array.from(values),
          x.shape.map((side, at) => (at === axis ? side : 1)),
        )
  const simulate = tf.customGrad((input, save) => {
    const at = input as tf.Tensor
    const keep = save as (tensors: tf.Tensor[]) => void
    keep([at])
    const scales = constant(scale)
    const biases = constant(bias)
    const codes = tf.clipByValue(tf.round(tf.add(tf.mul(at, scales), biases)), low, high)
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const spread = tf.add(tf.mul(saved[0]!, constant(scale)), constant(bias))
      const inside = tf.logicalAnd(tf.greaterEqual(spread, low - 0.5), tf.lessEqual(spread, high + 0.5))
      return tf.mul(dy, tf.cast(inside, 'float32'))
    }
    return { value: tf.div(tf.sub(codes, biases), scales), gradFunc }
  })
  return tf.tidy(() => simulate(x))
}
