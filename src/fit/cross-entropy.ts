import { tf } from '../engine/tf.js'

/**
 * −Σ yᵢ log softmax(z)ᵢ of each row, from logits: no overflow, and the exact gradient softmax(z)·Σy − y, however far
 * apart the logits are. Both `count × classes`; the result has one number an example. `y` gets no gradient.
 */
export const softmaxCrossEntropy = (y: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
  tf.customGrad((input, save) => {
    const z = input as tf.Tensor
    const keep = save as tf.GradSaveFunc
    const shifted = tf.sub(z, tf.max(z, -1, true))
    const exponents = tf.exp(shifted)
    const total = tf.sum(exponents, -1, true)
    const value = tf.sum(tf.mul(y, tf.sub(tf.log(total), shifted)), -1)
    const slope = tf.sub(tf.mul(tf.div(exponents, total), tf.sum(y, -1, true)), y)
    keep([slope])
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [tf.mul(saved[0]!, tf.expandDims(dy, -1))],
    }
  })(logits)

/**
 * The mean over a row of −y log σ(z) − (1−y) log(1−σ(z)), from logits, as max(z, 0) − zy + log(1 + e^−|z|).
 * Gradient (σ(z) − y)/outputs. `y` gets none.
 */
export const sigmoidCrossEntropy = (y: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
  tf.customGrad((input, save) => {
    const z = input as tf.Tensor
    const keep = save as tf.GradSaveFunc
    const outputs = z.shape.at(-1)!
    const rest = tf.log1p(tf.exp(tf.neg(tf.abs(z))))
    const value = tf.mean(tf.add(tf.sub(tf.relu(z), tf.mul(z, y)), rest), -1)
    keep([tf.div(tf.sub(tf.sigmoid(z), y), outputs)])
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [tf.mul(saved[0]!, tf.expandDims(dy, -1))],
    }
  })(logits)
