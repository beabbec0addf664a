import type { tf } from '../tf.js'
import type { Heap } from './heap.js'
import { elementWork } from './replace.js'

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

const scratchBytes = (heap: Heap, info: Info): number =>
  heap.kernels.winogradScratch(info.inChannels, info.outChannels)

/** The convolution of x by a filter (turned around: as the input's gradient takes it) by way of its points. */
const throughPoints = (
  heap: Heap,
  info: Info,
  x: number,
  filter: number,
  isTurned: boolean,
  y: number,
  bias: number,
  relu: boolean,
): void => {
  const points = heap.scratch(pointsBytes(info))
  // As the filter lies: turned around it is that of the other direction.
  const [channels, outChannels] = isTurned
    ? [info.outChannels, info.inChannels]
    : [info.inChannels, info.outChannels]
  const scratch = scratchBytes(heap, info)
  heap.split(
    'winogradFilter',
    [filter, channels, outChannels, Number(isTurned), points],
    channels,
    36 * outChannels * elementWork,
    scratch,
  )
  const window = heap.window(info)
  const blocks = heap.kernels.winogradBlocks(window)
  heap.split(
    'winogradConvolve',
    [window, x, points, y, bias, Number(relu)],
    blocks,
    (36 * tilesOf(info) * channels * outChannels) / blocks,
    scratch,
  )
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
  throughPoints(heap, info, x, filter, false, y, bias, relu)
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
  throughPoints(heap, turned(info), dy, filter, true, dx, 0, false)
}

/** Sums over tiles are made in at most so many chunks, whatever the threads; each of whole blocks of tiles. */
const mostChunks = 4

export const winogradFilterGradient = (
  heap: Heap,
  info: Info,
  x: number,
  dy: number,
  dFilter: number,
): void => {
  const { inChannels, outChannels } = info
  const window = heap.window(info)
  const blocks = heap.kernels.winogradBlocks(window)
  const each = Math.ceil(blocks / mostChunks)
  const chunks = Math.ceil(blocks / each)
  const sums = heap.scratch(chunks * pointsBytes(info))
  const scratch = scratchBytes(heap, info)
  heap.split(
    'winogradSums',
    [window, x, dy, sums, each],
    chunks,
    (36 * tilesOf(info) * inChannels * outChannels) / chunks,
    scratch,
  )
  heap.split(
    'winogradFilterGradient',
    [sums, chunks, inChannels, outChannels, dFilter],
    (inChannels * outChannels) / 4,
    36 * chunks * elementWork,
    scratch,
  )
}
