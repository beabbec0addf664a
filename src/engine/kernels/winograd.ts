import type { tf } from '../tf.js'
import type { Heap } from './heap.js'

type Info = tf.backend_util.Conv2DInfo

/** Tiles of 4×4 outputs that cover all images of a batch. */
const tilesOf = (info: Info): number =>
  info.batchSize * Math.ceil(info.outHeight / 4) * Math.ceil(info.outWidth / 4)

/** Above so many weights the filter at the 36 points outgrows the caches. */
const mostWeights = 65536

/** Channels that the transforms take whole, in vectors and panels. */
const fits = (channels: number): boolean => channels >= 8 && channels % 8 === 0

/**
 * Is a convolution one that Winograd's tiles compute, and faster? 36 products a tile and pair of channels stand against
 * 9 an output; the transforms take what is between 1 and 0.6 of that. Shapes alone decide.
 */
export const isWinograd = (info: Info): boolean =>
  info.filterHeight === 3 &&
  info.filterWidth === 3 &&
  info.strideHeight === 1 &&
  info.strideWidth === 1 &&
  info.dilationHeight === 1 &&
  info.dilationWidth === 1 &&
  fits(info.inChannels) &&
  fits(info.outChannels) &&
  info.inChannels * info.outChannels <= mostWeights &&
  36 * tilesOf(info) <= 0.6 * 9 * info.batchSize * info.outHeight * info.outWidth

const pointsBytes = (info: Info): number => 36 * 4 * info.inChannels * info.outChannels

/** The filter's points and the working memory behind them. */
const memoryFor = (heap: Heap, info: Info, count: number): { points: number; scratch: number } => {
  const points = heap.scratch(
    count * pointsBytes(info) + heap.kernels.winogradScratch(info.inChannels, info.outChannels),
  )
  return { points, scratch: points + count * pointsBytes(info) }
}

/** y = conv(x, filter) + bias, then relu if asked for. `bias` is an address, or 0. */
export const winogradConvolve = (
  heap: Heap,
  info: Info,
  x: number,
  filter: number,
  y: number,
  bias: number,
  relu: boolean,
): void => {
  const { kernels } = heap
  const { points, scratch } = memoryFor(heap, info, 1)
  const { inChannels, outChannels } = info
  kernels.winogradFilter(filter, inChannels, outChannels, false, points, 0, inChannels, scratch)
  kernels.winogradConvolve(heap.window(info), x, points, y, bias, relu, 0, tilesOf(info), scratch)
}

/** The convolution that the input's gradient is: of dy, widened by what the image was not, by the filter turned around. */
const turned = (info: Info): Info => ({
  ...info,
  inHeight: info.outHeight,
  inWidth: info.outWidth,
  inChannels: info.outChannels,
  outHeight: info.inHeight,
  outWidth: info.inWidth,
  outChannels: info.inChannels,
  padInfo: { ...info.padInfo, top: 2 - info.padInfo.top, left: 2 - info.padInfo.left },
})

export const isWinogradInputGradient = (info: Info): boolean => isWinograd(turned(info))

export const winogradInputGradient = (
  heap: Heap,
  info: Info,
  dy: number,
  filter: number,
  dx: number,
): void => {
  const { kernels } = heap
  const { points, scratch } = memoryFor(heap, info, 1)
  const { inChannels, outChannels } = info
  const back = turned(info)
  kernels.winogradFilter(filter, inChannels, outChannels, true, points, 0, inChannels, scratch)
  kernels.winogradConvolve(heap.window(back), dy, points, dx, 0, false, 0, tilesOf(back), scratch)
}

/** Sums over tiles are made in at most so many chunks, whatever the threads; each of whole blocks of 32 tiles. */
const mostChunks = 4
const block = 32

export const winogradFilterGradient = (
  heap: Heap,
  info: Info,
  x: number,
  dy: number,
  dFilter: number,
): void => {
  const { kernels } = heap
  const tiles = tilesOf(info)
  const each = Math.ceil(tiles / block / mostChunks) * block
  const chunks = Math.ceil(tiles / each)
  const { points, scratch } = memoryFor(heap, info, chunks)
  const window = heap.window(info)
  for (let chunk = 0; chunk < chunks; chunk++)
    kernels.winogradSums(
      window,
      x,
      dy,
      points + chunk * pointsBytes(info),
      chunk * each,
      Math.min(tiles, (chunk + 1) * each),
      scratch,
    )
  kernels.winogradFilterGradient(points, chunks, info.inChannels, info.outChannels, dFilter, scratch)
}
