import { tf } from '../tf.js'
import type { Heap } from './heap.js'
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

type Info = tf.backend_util.Conv2DInfo

/** One that the kernels of 3×3 filters take, and faster than the others. Shapes alone decide. */
const isThree = (info: Info): boolean =>
  info.filterHeight === 3 &&
  info.filterWidth === 3 &&
  info.dilationHeight === 1 &&
  info.dilationWidth === 1 &&
  info.outChannels === info.inChannels &&
  info.inChannels % 4 === 0 &&
  info.padInfo.top <= 2 &&
  info.padInfo.left <= 2

/** One whose input's gradient is such a convolution, too. */
const isThreeBack = (info: Info): boolean =>
  isThree(info) && info.strideHeight === 1 && info.strideWidth === 1

/** The convolution that the input's gradient is: of dy, by the filter in reverse. */
const turned = (info: Info): Info => ({
  ...info,
  inHeight: info.outHeight,
  inWidth: info.outWidth,
  outHeight: info.inHeight,
  outWidth: info.inWidth,
  padInfo: { ...info.padInfo, top: 2 - info.padInfo.top, left: 2 - info.padInfo.left },
})

const convolveThree = (
  heap: Heap,
  info: Info,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  y: tf.TensorInfo,
  back: boolean,
): void => {
  const window = heap.window(info)
  heap.split(
    'depthwise3',
    [window, heap.at(x), heap.at(filter), heap.at(y), Number(back)],
    info.batchSize,
    workOf(y, filter.shape),
    heap.kernels.depthwise3Scratch(window),
  )
}

export const depthwiseKernels: KernelTable = {
  DepthwiseConv2dNative: (heap, stock) => (inputs, attrs) => {
    const [x, filter] = [inputs['x']!, inputs['filter']!]
    const info = infoOf(x.shape, filter.shape, attrs)
    if (!isThree(info) || sizeOf(info.outShape) === 0) return stock(inputs, attrs)
    const y = heap.output(info.outShape)
    convolveThree(heap, info, x, filter, y, false)
    return y
  },
  DepthwiseConv2dNativeBackpropInput: heap => (inputs, attrs) => {
    const shape = attrs['inputShape'] as number[]
    const filter = inputs['filter']!
    const dy = inputs['dy']!
    const dx = heap.output(shape)
    if (sizeOf(shape) === 0) return dx
    const info = infoOf(shape, filter.shape, attrs)
    if (isThreeBack(info) && sizeOf(dy.shape) > 0) convolveThree(heap, turned(info), dy, filter, dx, true)
    else
      heap.split(
        'depthwiseInputGradient',
        [heap.window(info), heap.at(dy), heap.at(filter), heap.at(dx)],
        shape[0]!,
        workOf(dy, filter.shape),
        placeBytes,
      )
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
    const info = infoOf(x.shape, shape, attrs)
    const window = heap.window(info)
    const three = isThree(info) && sizeOf(dy.shape) > 0
    heap.split(
      three ? 'depthwise3Partials' : 'depthwiseFilterPartials',
      [window, heap.at(x), heap.at(dy), partials],
      images,
      workOf(dy, shape),
      three ? heap.kernels.depthwise3Scratch(window) : placeBytes,
    )
    heap.kernels.sumPartials(partials, images, size, heap.at(dFilter))
    return dFilter
  },
}
