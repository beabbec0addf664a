import type { NormalizedBatch } from '../normalize-batch.js'
import { tf } from '../tf.js'
import { nativeBackendName } from './binding.js'
import type { KernelBackend } from './kernels.js'
import { typed } from './kernels.js'

/** TensorFlow wants two axes of space between the examples and the channels. */
const imageShape = (shape: readonly number[]): [number, number, number, number] => {
  const channels = shape.at(-1)!
  if (shape.length === 4) return shape as [number, number, number, number]
  return [shape.slice(0, -1).reduce((a, b) => a * b, 1), 1, 1, channels]
}

const attrsOf = (backend: KernelBackend, epsilon: number) => [
  typed(backend, 'T', 'float32'),
  typed(backend, 'U', 'float32'),
  { name: 'epsilon', type: backend.binding.TF_ATTR_FLOAT, value: epsilon },
  { name: 'data_format', type: backend.binding.TF_ATTR_STRING, value: 'NHWC' },
  { name: 'is_training', type: backend.binding.TF_ATTR_BOOL, value: true },
]

const kernelName = 'TrimtabNativeBatchNormalization'

const backendOf = (): KernelBackend => tf.backend() as unknown as KernelBackend

/** TensorFlow's operation as a kernel of tfjs: output, mean, variance, and three tensors that its gradient wants. */
export const registerNativeNormalization = (): void => {
  tf.registerKernel({
    kernelName,
    backendName: nativeBackendName,
    kernelFunc: ({ inputs, attrs }) => {
      const backend = backendOf()
      const { x, scale, offset } = inputs as Record<string, tf.TensorInfo>
      const empty = tf.tensor1d([])
      const outputs = backend.executeMultipleOutputs(
        'FusedBatchNormV3',
        attrsOf(backend, attrs!['epsilon'] as number),
        [x!, scale!, offset!, empty, empty],
        6,
      )
      empty.dispose()
      return outputs
    },
  })
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dy, saved, attrs) => {
      const backend = backendOf()
      const [output] = dy as tf.Tensor[]
      const epsilon = (attrs as { epsilon: number }).epsilon
      const gradients = backend.executeMultipleOutputs(
        'FusedBatchNormGradV3',
        attrsOf(backend, epsilon),
        [output!, ...saved],
        5,
      ) as tf.Tensor[]
      return { x: () => gradients[0]!, scale: () => gradients[1]!, offset: () => gradients[2]! }
    },
  })
}

/**
 * Batch normalization in training by TensorFlow's own operation, forward and back; undefined on every other engine.
 * Channels are the last axis of `x`. Mean and variance are those of the batch, without gradients.
 */
export const nativeNormalization = (
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  epsilon: number,
): NormalizedBatch | undefined => {
  if (tf.getBackend() !== nativeBackendName || x.size === 0) return undefined
  const shape = imageShape(x.shape)
  const count = x.size / shape[3]
  const inputs = { x: tf.reshape(x, shape), scale, offset }
  const [y, mean, unbiased] = tf.engine().runKernel(kernelName, inputs, { epsilon }) as unknown as tf.Tensor[]
  // The operation divides by the count less one.
  return {
    output: tf.reshape(y!, x.shape),
    mean: mean!,
    variance: tf.mul(unbiased!, (count - 1) / count),
  }
}
