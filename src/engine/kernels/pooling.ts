import { tf } from '../tf.js'
import type { KernelTable } from './replace.js'
import { elementWork, sizeOf } from './replace.js'

type Shape4 = [number, number, number, number]
type Pair = [number, number] | number
type Rounding = 'floor' | 'round' | 'ceil' | undefined

const infoOf = (x: tf.TensorInfo, attrs: Record<string, unknown>): tf.backend_util.Conv2DInfo =>
  tf.backend_util.computePool2DInfo(
    x.shape as Shape4,
    attrs['filterSize'] as Pair,
    attrs['strides'] as Pair,
    1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as Rounding,
  )

const volumeOf = (
  x: tf.TensorInfo,
  attrs: Record<string, unknown>,
): ReturnType<typeof tf.backend_util.computePool3DInfo> =>
  tf.backend_util.computePool3DInfo(
    x.shape as [number, number, number, number, number],
    attrs['filterSize'] as number,
    attrs['strides'] as number,
    1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as Rounding,
  )

/** About what one image takes. */
const workOf = (x: tf.TensorInfo): number => sizeOf(x.shape.slice(1)) * elementWork

export const poolingKernels: KernelTable = {
  // The backend's own keeps to one thread.
  MaxPool: heap => (inputs, attrs) => {
    const x = inputs['x']!
    const info = infoOf(x, attrs)
    const y = heap.output(info.outShape)
    if (sizeOf(y.shape) > 0)
      heap.split('maxPool', [heap.window(info), heap.at(x), heap.at(y)], x.shape[0]!, workOf(x))
    return y
  },
  // The backend's own drops the gradient of every window whose maximum is not positive.
  MaxPoolGrad: heap => (inputs, attrs) => {
    const x = inputs['input']!
    const dx = heap.output(x.shape)
    if (sizeOf(x.shape) > 0)
      heap.split(
        'maxPoolGradient',
        [heap.window(infoOf(x, attrs)), heap.at(x), heap.at(inputs['dy']!), heap.at(dx)],
        x.shape[0]!,
        workOf(x),
      )
    return dx
  },
  AvgPoolGrad: heap => (inputs, attrs) => {
    const x = inputs['input']!
    const dx = heap.output(x.shape)
    if (sizeOf(x.shape) > 0)
      heap.split(
        'averagePoolGradient',
        [heap.window(infoOf(x, attrs)), heap.at(inputs['dy']!), heap.at(dx)],
        x.shape[0]!,
        workOf(x),
      )
    return dx
  },
  // The backend's own takes no maximum below 1e-38, here and in the gradient.
  MaxPool3D: heap => (inputs, attrs) => {
    const x = inputs['x']!
    const info = volumeOf(x, attrs)
    const y = heap.output(info.outShape)
    if (sizeOf(y.shape) > 0) heap.kernels.maxPool3d(heap.window(info), heap.at(x), heap.at(y), 0, false)
    return y
  },
  MaxPool3DGrad: heap => (inputs, attrs) => {
    const x = inputs['input']!
    const dx = heap.output(x.shape)
    if (sizeOf(x.shape) > 0)
      heap.kernels.maxPool3d(
        heap.window(volumeOf(x, attrs)),
        heap.at(x),
        heap.at(inputs['dy']!),
        heap.at(dx),
        true,
      )
    return dx
  },
}
