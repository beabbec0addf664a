import { type Bend, bendOf, bends } from '../activated.js'
import { tf } from '../tf.js'
import { directConvolve, directFilterGradient, isDirect } from './direct.js'
import type { Heap } from './heap.js'
import type { KernelTable } from './replace.js'
import { splitGemm } from './matmul.js'
import { sizeOf } from './replace.js'
import {
  isWinograd,
  isWinogradInputGradient,
  winogradConvolve,
  winogradFilterGradient,
  winogradInputGradient,
} from './winograd.js'

type Shape4 = [number, number, number, number]
type Pad = number | 'valid' | 'same' | tf.backend_util.ExplicitPadding
interface ConvolutionAttrs {
  readonly strides: [number, number] | number
  readonly dilations?: [number, number] | number
  readonly pad: Pad
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

const infoOf = (
  x: readonly number[],
  filter: readonly number[],
  attrs: unknown,
): tf.backend_util.Conv2DInfo => {
  const { strides, dilations, pad, dimRoundingMode, dataFormat } = attrs as ConvolutionAttrs
  if (dataFormat === 'NCHW') throw new Error('the wasm engine convolves NHWC only')
  return tf.backend_util.computeConv2DInfo(
    x as Shape4,
    filter as Shape4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
  )
}

/** 1×1, stride 1, no padding: the image is the matrix of its patches. */
const isPointwise = (info: tf.backend_util.Conv2DInfo): boolean =>
  info.filterHeight === 1 &&
  info.filterWidth === 1 &&
  info.strideHeight === 1 &&
  info.strideWidth === 1 &&
  info.padInfo.top === 0 &&
  info.padInfo.left === 0 &&
  info.outHeight === info.inHeight &&
  info.outWidth === info.inWidth

const patchOf = (info: tf.backend_util.Conv2DInfo): number =>
  info.filterHeight * info.filterWidth * info.inChannels

/** y = conv2d(x, filter) + bias, then the bend; `bias` has one number an output channel. */
export const convolve = (
  heap: Heap,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  attrs: unknown,
  bias?: tf.TensorInfo,
  bend: Bend = 'linear',
): tf.TensorInfo => {
  const info = infoOf(x.shape, filter.shape, attrs)
  const y = heap.output(info.outShape)
  const { kernels } = heap
  const biasAt = bias === undefined ? 0 : heap.at(bias)
  const patch = patchOf(info)
  if (sizeOf(info.outShape) === 0) return y
  if (isPointwise(info)) {
    const pixels = info.batchSize * info.outHeight * info.outWidth
    const [n, k] = [info.outChannels, info.inChannels]
    splitGemm(heap, heap.at(x), k, 1, heap.at(filter), 1, n, heap.at(y), n, pixels, n, k, biasAt, bend)
    return y
  }
  if (isWinograd(info)) {
    winogradConvolve(heap, info, heap.at(x), heap.at(filter), heap.at(y), biasAt, bend)
    return y
  }
  if (isDirect(info)) {
    directConvolve(heap, info, heap.at(x), heap.at(filter), heap.at(y), biasAt, bend)
    return y
  }
  const pixels = info.batchSize * info.outHeight * info.outWidth
  const blocks = kernels.convolveBlocks(pixels, info.outChannels)
  heap.split(
    'convolve',
    [heap.window(info), heap.at(x), heap.at(filter), heap.at(y), biasAt, bends.indexOf(bend)],
    blocks,
    (pixels * info.outChannels * patch) / blocks,
    kernels.convolveScratch(patch),
  )
  return y
}

const filterGradient = (heap: Heap, x: tf.TensorInfo, dy: tf.TensorInfo, attrs: unknown): tf.TensorInfo => {
  const { filterShape } = attrs as { filterShape: number[] }
  const info = infoOf(x.shape, filterShape, attrs)
  const dFilter = heap.output(filterShape)
  const { kernels } = heap
  if (sizeOf(dy.shape) === 0) {
    heap.floats(dFilter).fill(0)
    return dFilter
  }
  if (isPointwise(info)) {
    const pixels = info.batchSize * info.outHeight * info.outWidth
    const [n, k] = [info.outChannels, info.inChannels]
    splitGemm(heap, heap.at(x), 1, k, heap.at(dy), 1, n, heap.at(dFilter), n, k, n, pixels)
    return dFilter
  }
  if (isWinograd(info)) {
    winogradFilterGradient(heap, info, heap.at(x), heap.at(dy), heap.at(dFilter))
    return dFilter
  }
  if (isDirect(info)) {
    directFilterGradient(heap, info, heap.at(x), heap.at(dy), heap.at(dFilter))
    return dFilter
  }
  const parts = kernels.filterParts(patchOf(info), info.outChannels)
  heap.split(
    'convolveFilterGradient',
    [heap.window(info), heap.at(x), heap.at(dy), heap.at(dFilter), 0],
    parts,
    (sizeOf(dy.shape) * patchOf(info)) / parts,
    kernels.convolveScratch(patchOf(info)),
  )
  return dFilter
}

const inputGradient = (
  heap: Heap,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  attrs: unknown,
): tf.TensorInfo => {
  const { inputShape } = attrs as { inputShape: number[] }
  const info = infoOf(inputShape, filter.shape, attrs)
  const dx = heap.output(inputShape)
  const { kernels } = heap
  if (sizeOf(dy.shape) === 0) {
    heap.floats(dx).fill(0)
    return dx
  }
  if (isPointwise(info)) {
    const pixels = info.batchSize * info.outHeight * info.outWidth
    const [n, k] = [info.outChannels, info.inChannels]
    splitGemm(heap, heap.at(dy), n, 1, heap.at(filter), n, 1, heap.at(dx), k, pixels, k, n)
    return dx
  }
  if (isWinogradInputGradient(info)) {
    winogradInputGradient(heap, info, heap.at(dy), heap.at(filter), heap.at(dx))
    return dx
  }
  heap.split(
    'convolveInputGradient',
    [heap.window(info), heap.at(dy), heap.at(filter), heap.at(dx), 0],
    info.batchSize,
    (sizeOf(dy.shape) * patchOf(info)) / info.batchSize,
    kernels.convolveScratch(patchOf(info)),
  )
  return dx
}

export const convolutionKernels: KernelTable = {
  Conv2D: heap => (inputs, attrs) => convolve(heap, inputs['x']!, inputs['filter']!, attrs),
  FusedConv2D: (heap, stock) => (inputs, attrs) => {
    const { bias, preluActivationWeights } = inputs
    const bend = bendOf(attrs['activation'])
    const fits = bias === undefined || bias === null || bias.shape.length === 1
    if (!bend || !fits || preluActivationWeights) return stock(inputs, attrs)
    return convolve(heap, inputs['x']!, inputs['filter']!, attrs, bias ?? undefined, bend)
  },
  Conv2DBackpropFilter: heap => (inputs, attrs) => filterGradient(heap, inputs['x']!, inputs['dy']!, attrs),
  Conv2DBackpropInput: heap => (inputs, attrs) =>
    inputGradient(heap, inputs['dy']!, inputs['filter']!, attrs),
}
