import { tf } from '../engine/tf.js'

export interface NormWeights {
  readonly gamma?: tf.Tensor
  readonly beta?: tf.Tensor
}

type Row = tf.Tensor1D

export interface Normalized {
  readonly output: tf.Tensor
  /** Of the batch, one a channel. */
  readonly mean: tf.Tensor
  /** Of the batch, biased (divided by the count, not the count less one), as Keras and tfjs keep it. */
  readonly variance: tf.Tensor
}

const shaped = (values: tf.Tensor | undefined, shape: number[]): tf.Tensor | undefined =>
  values === undefined ? undefined : tf.reshape(values, shape)

/**
 * Batch normalization in training (Ioffe & Szegedy 2015): each channel of `x` is brought to mean 0 and variance 1 over
 * all other axes, then scaled by gamma and shifted by beta where the layer has them. `axis` may count from the end.
 */
export const normalizeBatch = (
  x: tf.Tensor,
  { gamma, beta }: NormWeights,
  axis: number,
  epsilon: number,
): Normalized => {
  const at = axis < 0 ? axis + x.rank : axis
  const others = x.shape.map((_, index) => index).filter(index => index !== at)
  const { mean, variance } = tf.moments(x, others)
  if (at === x.rank - 1 && x.rank >= 2 && x.rank <= 4) {
    // The gradient of batchNorm wants both, even where the layer has none.
    const scale = gamma ?? tf.onesLike(mean)
    const offset = beta ?? tf.zerosLike(mean)
    return {
      output: tf.batchNorm(x, mean as Row, variance as Row, offset as Row, scale as Row, epsilon),
      mean,
      variance,
    }
  }
  const wide = x.shape.map((side, index) => (index === at ? side : 1))
  const inverse = tf.rsqrt(tf.add(tf.reshape(variance, wide), epsilon))
  const factor = gamma === undefined ? inverse : tf.mul(inverse, shaped(gamma, wide)!)
  const scaled = tf.mul(tf.sub(x, tf.reshape(mean, wide)), factor)
  const output = beta === undefined ? scaled : tf.add(scaled, shaped(beta, wide)!)
  return { output, mean, variance }
}

/** Moves a moving average towards a batch's value: new = momentum · old + (1 − momentum) · value. */
export const moveAverage = (average: tf.Variable, value: tf.Tensor, momentum: number): void => {
  tf.tidy(() => average.assign(tf.sub(average, tf.mul(tf.sub(average, value), 1 - momentum))))
}

/**
 * Layer normalization (Ba et al. 2016): each position of `x` is brought to mean 0 and variance 1 over its last axis, then
 * scaled by gamma and shifted by beta where the layer has them.
 */
export const normalizeLast = (x: tf.Tensor, { gamma, beta }: NormWeights, epsilon: number): tf.Tensor => {
  const { mean, variance } = tf.moments(x, [x.rank - 1], true)
  const even = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)))
  const scaled = gamma === undefined ? even : tf.mul(even, gamma)
  return beta === undefined ? scaled : tf.add(scaled, beta)
}
