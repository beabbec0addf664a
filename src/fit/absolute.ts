import { tf } from '../engine/tf.js'

/** |x| whose slope at 0 is 0. tfjs's is −1 there, which would push a weight off the very place that a penalty draws it to. */
export const absolute = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((input, save) => {
    const at = input as tf.Tensor
    const keep = save as tf.GradSaveFunc
    keep([tf.sign(at)])
    return {
      value: tf.abs(at),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [tf.mul(dy, saved[0]!)],
    }
  })(x)
