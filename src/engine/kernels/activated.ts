import { activatedConvolution, activatedProduct, activationGradient, type Bend, bends } from '../activated.js'
import type { tf } from '../tf.js'
import { convolve } from './convolution.js'
import type { Heap } from './heap.js'
import { multiply } from './matmul.js'
import type { KernelTable } from './replace.js'
import { elementWork, sizeOf } from './replace.js'

/** Rows that one call goes over: at most 16 calls, each of whole stretches of 128 rows. Shapes alone decide. */
const chunkOf = (rows: number): number => Math.max(1, Math.ceil(rows / 16 / 128)) * 128

/** dz = what passes of dy where y came out of the bend, and Σ dz of each channel. */
const gradient = (heap: Heap, dy: tf.TensorInfo, y: tf.TensorInfo, bend: Bend): tf.TensorInfo[] => {
  const channels = y.shape.at(-1)!
  const rows = sizeOf(y.shape) / channels
  const [dz, dBias] = [heap.output(y.shape), heap.output([channels])]
  const each = chunkOf(rows)
  const chunks = Math.ceil(rows / each)
  const states = heap.scratch(chunks * channels * 8)
  heap.split(
    'maskedSums',
    [heap.at(dy), heap.at(y), bends.indexOf(bend), heap.at(dz), rows, channels, each, states],
    chunks,
    each * channels * elementWork,
    channels * 4,
  )
  const sums = new Float64Array(channels)
  const parts = new Float64Array(heap.backend.wasm.HEAPU8.buffer, states, chunks * channels)
  parts.forEach((part, i) => (sums[i % channels]! += part))
  heap.floats(dBias).set(sums)
  return [dz, dBias]
}

export const activatedKernels: KernelTable = {
  [activatedConvolution]: heap => (inputs, attrs) =>
    convolve(heap, inputs['x']!, inputs['filter']!, attrs, inputs['bias'], attrs['bend'] as Bend),
  [activatedProduct]: heap => (inputs, attrs) =>
    multiply(heap, inputs['x']!, inputs['kernel']!, false, false, inputs['bias'], attrs['bend'] as Bend),
  [activationGradient]: heap => (inputs, attrs) =>
    gradient(heap, inputs['dy']!, inputs['y']!, attrs['bend'] as Bend),
}
