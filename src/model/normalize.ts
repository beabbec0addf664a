import type { Bend } from '../engine/activated.js'
import { nativeNormalization } from '../engine/graph/normalization.js'
import { averageMoved, canNormalizeBatch, normalizeWholeBatch } from '../engine/normalize-batch.js'
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

/** As tfjs's layers bend. */
const bent = (x: tf.Tensor, bend: Bend): tf.Tensor =>
  bend === 'linear' ? x : bend === 'relu' ? tf.relu(x) : tf.minimum(6, tf.relu(x))

/** The same values with at most four axes, the channels last: the tensor library normalizes no more. */
const flattened = (x: tf.Tensor): tf.Tensor =>
  x.rank <= 4 ? x : tf.reshape(x, [x.size / x.shape.at(-1)!, x.shape.at(-1)!])

const normalized = (
  x: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  { gamma, beta }: NormWeights,
  epsilon: number,
): tf.Tensor => {
  // The gradient of batchNorm wants both, even where the layer has none.
  const scale = gamma ?? tf.onesLike(mean)
  const offset = beta ?? tf.zerosLike(mean)
  const flat = flattened(x)
  const even = tf.batchNorm(flat, mean as Row, variance as Row, offset as Row, scale as Row, epsilon)
  return tf.reshape(even, x.shape)
}

/**
 * Batch normalization in training (Ioffe & Szegedy 2015): each channel (last axis) of `x` is brought to mean 0 and
 * variance 1 over all other axes, then scaled by gamma and shifted by beta where the layer has them. `bend`: then what is behind it, too.
 */
export const normalizeBatch = (
  x: tf.Tensor,
  weights: NormWeights,
  epsilon: number,
  bend: Bend = 'linear',
): Normalized => {
  const channels = x.shape.at(-1)!
  const { gamma = tf.ones([channels]), beta = tf.zeros([channels]) } = weights
  if (canNormalizeBatch()) return normalizeWholeBatch(x, gamma, beta, epsilon, bend)
  const whole = ({ output, ...moments }: Normalized): Normalized => ({
    output: bent(output, bend),
    ...moments,
  })
  const own = nativeNormalization(x, gamma, beta, epsilon)
  if (own) return whole(own)
  const flat = flattened(x)
  const others = flat.shape.slice(0, -1).map((_, axis) => axis)
  const { mean, variance } = tf.moments(flat, others)
  return whole({ output: normalized(x, mean, variance, weights, epsilon), mean, variance })
}

/** Batch normalization in inference: by the moving mean and variance, one a channel. */
export const normalizeMoving = normalized

/** Moves a moving average towards a batch's value: new = momentum · old + (1 − momentum) · value. */
export const moveAverage = (average: tf.Variable, value: tf.Tensor, momentum: number): void => {
  tf.tidy(() =>
    average.assign(
      canNormalizeBatch()
        ? averageMoved(average, value, 1 - momentum)
        : tf.sub(average, tf.mul(tf.sub(average, value), 1 - momentum)),
    ),
  )
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
