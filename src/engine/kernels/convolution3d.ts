import { tf } from '../tf.js'
import type { WindowInfo } from './heap.js'
import type { KernelTable } from './replace.js'
import { sizeOf } from './replace.js'

type Shape5 = [number, number, number, number, number]
type Info = ReturnType<typeof tf.backend_util.computeConv3DInfo>

const infoOf = (x: readonly number[], filter: readonly number[], attrs: Record<string, unknown>): Info =>
  tf.backend_util.computeConv3DInfo(
    x as Shape5,
    filter as Shape5,
    attrs['strides'] as number,
    1,
    attrs['pad'] as 'same',
  )

/** One plane of the volume as an image of its own. */
const planeOf = (info: Info): WindowInfo => ({
  ...info,
  batchSize: 1,
  padInfo: { ...info.padInfo, type: 'EXPLICIT' },
})

/**
 * A convolution of volumes is one of planes for each example, output plane and depth tap:
 * calls `plane` with where the input plane, the output plane and the tap's filter begin, in floats.
 */
const eachPlane = (info: Info, plane: (x: number, y: number, filter: number) => void): void => {
  const xPlane = info.inHeight * info.inWidth * info.inChannels
  const yPlane = info.outHeight * info.outWidth * info.outChannels
  const tapSize = info.filterHeight * info.filterWidth * info.inChannels * info.outChannels
  for (let image = 0; image < info.batchSize; image++)
    for (let z = 0; z < info.outDepth; z++)
      for (let tap = 0; tap < info.filterDepth; tap++) {
        const depth = z * info.strideDepth - info.padInfo.front + tap
        if (depth >= 0 && depth < info.inDepth)
          plane((image * info.inDepth + depth) * xPlane, (image * info.outDepth + z) * yPlane, tap * tapSize)
      }
}

const patchOf = (info: Info): number => info.filterHeight * info.filterWidth * info.inChannels

/** Multiplications of one plane's gradient. */
const workOf = (info: Info): number => info.outHeight * info.outWidth * info.outChannels * patchOf(info)

// The backend's own are wrong: they differ from the cpu engine's by as much as the gradients themselves.
export const volumeKernels: KernelTable = {
  Conv3DBackpropFilterV2: heap => (inputs, attrs) => {
    const [x, dy] = [inputs['x']!, inputs['dy']!]
    const filterShape = attrs['filterShape'] as number[]
    const info = infoOf(x.shape, filterShape, attrs)
    const dFilter = heap.output(filterShape)
    heap.floats(dFilter).fill(0)
    if (sizeOf(dy.shape) === 0) return dFilter
    const window = heap.window(planeOf(info))
    const [xAt, dyAt, filterAt] = [heap.at(x), heap.at(dy), heap.at(dFilter)]
    const parts = heap.kernels.filterParts(patchOf(info), info.outChannels)
    eachPlane(info, (from, to, tap) =>
      heap.split(
        'convolveFilterGradient',
        [window, xAt + 4 * from, dyAt + 4 * to, filterAt + 4 * tap, 1],
        parts,
        workOf(info) / parts,
        heap.kernels.convolveScratch(patchOf(info)),
      ),
    )
    return dFilter
  },
  Conv3DBackpropInputV2: heap => (inputs, attrs) => {
    const [dy, filter] = [inputs['dy']!, inputs['filter']!]
    const inputShape = attrs['inputShape'] as number[]
    const info = infoOf(inputShape, filter.shape, attrs)
    const dx = heap.output(inputShape)
    heap.floats(dx).fill(0)
    if (sizeOf(dy.shape) === 0) return dx
    const window = heap.window(planeOf(info))
    const [dxAt, dyAt, filterAt] = [heap.at(dx), heap.at(dy), heap.at(filter)]
    eachPlane(info, (from, to, tap) =>
      heap.split(
        'convolveInputGradient',
        [window, dyAt + 4 * to, filterAt + 4 * tap, dxAt + 4 * from, 1],
        1,
        workOf(info),
        heap.kernels.convolveScratch(patchOf(info)),
      ),
    )
    return dx
  },
}
