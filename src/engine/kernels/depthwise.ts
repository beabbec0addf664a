import { tf } from '../tf.js'
import type { KernelTable } from './replace.js'
import { sizeOf } from './replace.js'

type Shape4 = [number, number, number, number]
type Pair = [number, number] | number

/** Bytes that one pixel's place takes in the kernels' scratch memory, rounded up to 16. */
const placeBytes = 16

const infoOf = (
  x: readonly number[],
  filter: readonly number[],
  attrs: Record<string, unknown>,
): tf.backend_util.Conv2DInfo =>
  tf.backend_util.computeConv2DInfo(
    x as Shape4,
    filter as Shape4,
    attrs['strides'] as Pair,
    (attrs['dilations'] as Pair | undefined) ?? 1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as 'floor' | undefined,
    true,
  )

/** About what one image takes: depthwise products are worth two of a matrix product's. */
const workOf = (dy: tf.TensorInfo, [height, width]: readonly number[]): number =>
  2 * sizeOf(dy.shape.slice(1)) * height! * width!

export const depthwiseKernels: KernelTable = {
  DepthwiseConv2dNativeBackpropInput: heap => (inputs, attrs) => {
    const shape = attrs['inputShape'] as number[]
    const filter = inputs['filter']!
    const dx = heap.output(shape)
    if (sizeOf(shape) > 0) {
      const dy = inputs['dy']!
      heap.split(
        'depthwiseInputGradient',
        [heap.window(infoOf(shape, filter.shape, attrs)), heap.at(dy), heap.at(filter), heap.at(dx)],
        shape[0]!,
        workOf(dy, filter.shape),
        placeBytes,
      )
    }
    return dx
  },
  DepthwiseConv2dNativeBackpropFilter: heap => (inputs, attrs) => {
    const x = inputs['x']!
    const shape = attrs['filterShape'] as number[]
    const dy = inputs['dy']!
    const dFilter = heap.output(shape)
    const size = sizeOf(shape)
    const [images] = x.shape as [number]
    const partials = heap.scratch(images * size * 4)
    heap.split(
      'depthwiseFilterPartials',
      [heap.window(infoOf(x.shape, shape, attrs)), heap.at(x), heap.at(dy), partials],
      images,
      workOf(dy, shape),
      placeBytes,
    )
    heap.kernels.sumPartials(partials, images, size, heap.at(dFilter))
    return dFilter
  },
}
