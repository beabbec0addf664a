import { tf } from '../engine/tf.js'

/**
 * Repeats rows and columns of images `count × height × width × channels`. Its gradient sums each patch; the engines' own
 * is missing or, for more than one image, wrong.
 */
const nearest = (x: tf.Tensor4D, rows: number, columns: number): tf.Tensor => {
  const [, height, width] = x.shape
  const repeat = tf.customGrad(input => ({
    value: tf.image.resizeNearestNeighbor(input as tf.Tensor4D, [height * rows, width * columns]),
    gradFunc: (dy: tf.Tensor) =>
      tf.mul(tf.avgPool(dy as tf.Tensor4D, [rows, columns], [rows, columns], 'valid'), rows * columns),
  }))
  return repeat(x)
}

/** Output position i lies at i / factor; its value is mixed from the two positions around it, the last one repeated. */
const mixing = (size: number, factor: number): tf.Tensor => {
  const weights = new Float32Array(size * factor * size)
  for (let i = 0; i < size * factor; i++) {
    const at = Math.floor(i / factor)
    const share = i / factor - at
    weights[i * size + at]! += 1 - share
    weights[i * size + Math.min(at + 1, size - 1)]! += share
  }
  return tf.tensor(weights, [1, size * factor, size])
}

/** Two matrix products, one for rows and one for columns, so that its gradient is two more. */
const bilinear = (x: tf.Tensor4D, rows: number, columns: number): tf.Tensor => {
  const [count, height, width, channels] = x.shape
  const tall = tf.matMul(mixing(height, rows), tf.reshape(x, [count, height, width * channels]))
  const wide = tf.matMul(mixing(width, columns), tf.reshape(tall, [count * height * rows, width, channels]))
  return tf.reshape(wide, [count, height * rows, width * columns, channels])
}

/** Makes images larger by whole factors, as Keras's UpSampling2D does. */
export const upSample = (
  x: tf.Tensor4D,
  [rows, columns]: readonly [number, number],
  interpolation: 'nearest' | 'bilinear',
): tf.Tensor => (interpolation === 'bilinear' ? bilinear : nearest)(x, rows, columns)
