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

export const depthwiseKernels: KernelTable = {
  DepthwiseConv2dNativeBackpropInput: heap => (inputs, attrs) => {
    const shape = attrs['inputShape'] as number[]
    const filter = inputs['filter']!
    const dx = heap.output(shape)
    if (sizeOf(shape) > 0) {
      const place = heap.scratch(placeBytes)
      const window = heap.window(infoOf(shape, filter.shape, attrs))
      heap.kernels.depthwiseInputGradient(window, heap.at(inputs['dy']!), heap.at(filter), heap.at(dx), place)
    }
    return dx
  },
  DepthwiseConv2dNativeBackpropFilter: heap => (inputs, attrs) => {
    const x = inputs['x']!
    const shape = attrs['filterShape'] as number[]
    const dFilter = heap.output(shape)
    const place = heap.scratch(placeBytes + sizeOf(shape) * 4)
    const window = heap.window(infoOf(x.shape, shape, attrs))
    heap.kernels.depthwiseFilterGradient(
      window,
      heap.at(x),
      heap.at(inputs['dy']!),
      heap.at(dFilter),
      place,
      place + placeBytes,
    )
    return dFilter
  },
}
