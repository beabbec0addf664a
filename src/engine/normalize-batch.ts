import type { Bend } from './activated.js'
import { tf } from './tf.js'

/** The kernels' names among those of tfjs. */
export const batchNormalization = 'TrimtabBatchNormalization'
export const batchNormalizationGradient = 'TrimtabBatchNormalizationGradient'
export const movedAverage = 'TrimtabMovedAverage'

export interface NormalizedBatch {
  readonly output: tf.Tensor
  /** Of the batch, one a channel; no gradient flows through them. */
  readonly mean: tf.Tensor
  /** Divided by the count, not the count less one. */
  readonly variance: tf.Tensor
}

/** Has the engine of this thread the kernels? wasm has; the others compose the same of tensor operations. */
export const canNormalizeBatch = (): boolean =>
  tf.getKernel(batchNormalization, tf.getBackend()) !== undefined

/**
 * Batch normalization in training (Ioffe & Szegedy 2015): `x` (any axes, channels last) brought to mean 0 and variance 1
 * a channel over all other axes, times `scale` plus `offset` (`channels` each), then the bend. Two passes, and two for the gradient.
 */
export const normalizeWholeBatch = (
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  epsilon: number,
  bend: Bend = 'linear',
): NormalizedBatch => {
  const [output, mean, variance] = tf
    .engine()
    .runKernel<tf.Tensor[]>(batchNormalization, { x, scale, offset }, { epsilon, bend }) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]
  return { output, mean, variance }
}

/** average − (average − value)·share, one number a channel, as one kernel: to the same bits as three operations. */
export const averageMoved = (average: tf.Tensor, value: tf.Tensor, share: number): tf.Tensor =>
  tf.engine().runKernel(movedAverage, { average, value }, { share })

let registered = false

/** Tells tfjs the gradient; once in a thread. */
export const registerBatchNormalization = (): void => {
  if (registered) return
  registered = true
  tf.registerGradient({
    kernelName: batchNormalization,
    inputsToSave: ['x', 'scale', 'offset'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [dy] = dys as tf.Tensor[]
      const [x, scale, offset, mean, variance] = saved as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ]
      const inputs = { x, dy: dy!, scale, offset, mean, variance }
      const parts: tf.Tensor[] = tf.engine().runKernel(batchNormalizationGradient, inputs, attrs)
      return { x: () => parts[0]!, scale: () => parts[1]!, offset: () => parts[2]! }
    },
  })
}
