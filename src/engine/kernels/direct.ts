import { type Bend, bends } from '../activated.js'
import type { tf } from '../tf.js'
import type { Heap } from './heap.js'

type Info = tf.backend_util.Conv2DInfo

/** So deep is a panel of the filter at most: 12 KB, which stay in the first cache. */
const deepest = 384

const depthOf = (info: Info): number => info.filterHeight * info.filterWidth * info.inChannels

/** Can a convolution be computed from its images as they lie, and is that faster than packing its patches? Shapes alone decide. */
export const isDirect = (info: Info): boolean =>
  info.outChannels % 8 === 0 &&
  info.outWidth >= 4 &&
  info.dilationHeight === 1 &&
  info.dilationWidth === 1 &&
  depthOf(info) <= deepest

const pixelsOf = (info: Info): number => info.outHeight * info.outWidth

/** y = conv(x, filter) + bias, then the bend. `bias` is an address, or 0. */
export const directConvolve = (
  heap: Heap,
  info: Info,
  x: number,
  filter: number,
  y: number,
  bias: number,
  bend: Bend,
): void => {
  const window = heap.window(info)
  heap.split(
    'directConvolve',
    [window, x, filter, y, bias, bends.indexOf(bend)],
    info.batchSize,
    pixelsOf(info) * depthOf(info) * info.outChannels,
    heap.kernels.directScratch(window),
  )
}

/** Sums over images are made in at most so many chunks, whatever the threads. */
const mostChunks = 16

export const directFilterGradient = (
  heap: Heap,
  info: Info,
  x: number,
  dy: number,
  dFilter: number,
): void => {
  const window = heap.window(info)
  const each = Math.ceil(info.batchSize / mostChunks)
  const chunks = Math.ceil(info.batchSize / each)
  const size = depthOf(info) * info.outChannels
  const partials = heap.scratch(chunks * size * 4)
  heap.split(
    'directPartials',
    [window, x, dy, partials, each],
    chunks,
    each * pixelsOf(info) * size,
    heap.kernels.directScratch(window),
  )
  heap.kernels.sumPartials(partials, chunks, size, dFilter)
}
