import { type Bend, bends } from '../activated.js'
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

const scratchFor = (heap: Heap, info: Info): number =>
  heap.kernels.winogradScratch(info.inChannels, info.outChannels)

/** Multiplications that a tile takes, the transforms counted as some. */
const workOf = ({ inChannels, outChannels }: Info): number => 36 * inChannels * outChannels

const block = 32

/** The filter at the 36 points; `turned` as the input's gradient takes it. */
const filterPoints = (heap: Heap, info: Info, filter: number, back: boolean): number => {
  const points = heap.scratch(pointsBytes(info))
  heap.split(
    'winogradFilter',
    [filter, info.inChannels, info.outChannels, Number(back), points],
    info.inChannels,
    info.outChannels * 100,
    scratchFor(heap, info),
  )
  return points
}

/** y = conv(x, filter) + bias, then the bend. `bias` is an address, or 0. */
export const winogradConvolve = (
  heap: Heap,
  info: Info,
  x: number,
  filter: number,
  y: number,
  bias: number,
  bend: Bend,
): void => {
  const points = filterPoints(heap, info, filter, false)
  heap.split(
    'winogradConvolve',
    [heap.window(info), x, points, y, bias, bends.indexOf(bend)],
    Math.ceil(tilesOf(info) / block),
    block * workOf(info),
    scratchFor(heap, info),
  )
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
  const points = filterPoints(heap, info, filter, true)
  const back = turned(info)
  heap.split(
    'winogradConvolve',
    [heap.window(back), dy, points, dx, 0, 0],
    Math.ceil(tilesOf(back) / block),
    block * workOf(back),
    scratchFor(heap, back),
  )
}

/** Sums over tiles are made in at most so many chunks, whatever the threads; each of whole blocks. */
const mostChunks = 4

export const winogradFilterGradient = (
  heap: Heap,
  info: Info,
  x: number,
  dy: number,
  dFilter: number,
): void => {
  const tiles = tilesOf(info)
  const each = Math.ceil(tiles / block / mostChunks) * block
  const chunks = Math.ceil(tiles / each)
  const sums = heap.scratch(chunks * pointsBytes(info))
  const scratch = scratchFor(heap, info)
  heap.split('winogradSums', [heap.window(info), x, dy, sums, each], chunks, each * workOf(info), scratch)
  const size = info.inChannels * info.outChannels
  heap.split('winogradFilterGradient', [sums, chunks, size, dFilter], size / 4, 36 * 4 * chunks, scratch)
}
