import { tf } from '../../../src/engine/tf.js'
import { drawn } from '../shapes.js'
import { readAll, type Case } from './parts.js'

// Convolutions, pools, resizing and normalization: values, and gradients by every input.

type Run = (...inputs: tf.Tensor[]) => tf.Tensor

const window = (run: Run, ...shapes: readonly number[][]): Case => ({
  run: () =>
    readAll(
      tf.tidy(() => {
        const inputs = shapes.map((shape, i) => drawn(`input ${i}`, shape))
        const y = run(...inputs)
        const gradients = tf.grads(run)(inputs, drawn('dy', y.shape))
        return { y, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient ${i}`, gradient])) }
      }),
    ),
})

const t4 = (t: tf.Tensor | undefined): tf.Tensor4D => t as tf.Tensor4D
const t5 = (t: tf.Tensor | undefined): tf.Tensor5D => t as tf.Tensor5D
type Padding = 'same' | 'valid'

const conv =
  (strides: number | [number, number], padding: Padding): Run =>
  (x, w) =>
    tf.conv2d(t4(x), t4(w), strides, padding)
const depthwise =
  (strides: number, padding: Padding): Run =>
  (x, w) =>
    tf.depthwiseConv2d(t4(x), t4(w), strides, padding)
const fused =
  (activation: 'relu' | 'linear'): Run =>
  (x, w, b) =>
    tf.fused.conv2d({ x: t4(x), filter: t4(w), strides: 1, pad: 'same', bias: b as tf.Tensor1D, activation })

/** The average of a padded pool: tfjs's cpu engine divides the gradient by the whole window. */
const paddedAverage = 'the cpu engine divides by the whole window where part of it is padding'

export const convolutionKernels: Readonly<Record<string, Case>> = {
  'conv2d 3×3': window(conv(1, 'valid'), [2, 9, 7, 3], [3, 3, 3, 5]),
  'conv2d 3×3 same': window(conv(1, 'same'), [3, 7, 8, 4], [3, 3, 4, 9]),
  'conv2d 3×3 of one channel': window(conv(1, 'valid'), [2, 8, 8, 1], [3, 3, 1, 8]),
  'conv2d 3×3, many channels': window(conv(1, 'same'), [1, 6, 6, 16], [3, 3, 16, 24]),
  'conv2d 1×1': window(conv(1, 'same'), [2, 5, 4, 6], [1, 1, 6, 7]),
  'conv2d strided': window(conv([2, 1], 'same'), [2, 7, 6, 3], [5, 3, 3, 4]),
  'conv2d of a point': window(conv(1, 'same'), [1, 1, 1, 2], [3, 3, 2, 3]),
  'fused conv2d relu': window(fused('relu'), [2, 6, 5, 3], [3, 3, 3, 8], [8]),
  'fused conv2d': window(fused('linear'), [2, 6, 5, 3], [3, 3, 3, 6], [6]),
  'conv2d transposed': window(
    (x, w) => tf.conv2dTranspose(t4(x), t4(w), [2, 7, 7, 4], 2, 'same'),
    [2, 4, 4, 3],
    [3, 3, 4, 3],
  ),
  conv3d: window((x, w) => tf.conv3d(t5(x), t5(w), 1, 'valid'), [1, 4, 4, 3, 2], [2, 2, 2, 2, 3]),
  'conv3d strided': window((x, w) => tf.conv3d(t5(x), t5(w), 2, 'same'), [1, 4, 5, 3, 2], [3, 2, 2, 2, 3]),
  depthwise: window(depthwise(1, 'same'), [2, 6, 7, 5], [3, 3, 5, 1]),
  'depthwise strided': window(depthwise(2, 'same'), [2, 7, 6, 4], [3, 3, 4, 2]),
  'depthwise valid': window(depthwise(1, 'valid'), [1, 5, 5, 3], [2, 3, 3, 1]),
  'max pool': window(x => tf.maxPool(t4(x), 2, 2, 'valid'), [2, 7, 6, 5]),
  'max pool same': window(x => tf.maxPool(t4(x), 3, 2, 'same'), [2, 7, 6, 4]),
  'average pool': window(x => tf.avgPool(t4(x), 2, 2, 'valid'), [2, 6, 6, 5]),
  'average pool same': {
    ...window(x => tf.avgPool(t4(x), 3, 2, 'same'), [2, 7, 6, 4]),
    cpuWrong: paddedAverage,
  },
  'max pool 3d': window(x => tf.maxPool3d(t5(x), 2, 2, 'valid'), [1, 4, 4, 4, 3]),
  'average pool 3d': window(x => tf.avgPool3d(t5(x), 2, 2, 'valid'), [1, 4, 4, 4, 3]),
  'batch normalization': window(
    (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor1D,
        tf.add(tf.square(variance!), 0.5) as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
        1e-3,
      ),
    [3, 4, 5, 6],
    [6],
    [6],
    [6],
    [6],
  ),
  'resize bilinear': window(x => tf.image.resizeBilinear(t4(x), [8, 8]), [1, 4, 4, 3]),
  'resize nearest': window(x => tf.image.resizeNearestNeighbor(t4(x), [8, 8]), [1, 4, 4, 3]),
}
