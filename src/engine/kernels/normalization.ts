import type { tf } from '../tf.js'
import type { Heap } from './heap.js'
import type { KernelTable } from './replace.js'
import { elementWork, sizeOf } from './replace.js'

/** Does the vector have one number for each of x's last axis? */
const perChannel = (x: tf.TensorInfo, vector: tf.TensorInfo | undefined): boolean =>
  vector === undefined || (vector.shape.length === 1 && vector.shape[0] === x.shape.at(-1))

/** Room for two vectors of `channels` floats behind the kernels' scratch head: factor and offset. */
const vectors = (heap: Heap, channels: number): [number, number] => {
  const first = heap.scratch(channels * 8)
  return [first, first + channels * 4]
}

const floatsAt = (heap: Heap, address: number, count: number): Float32Array =>
  new Float32Array(heap.backend.wasm.HEAPU8.buffer, address, count)

export const normalizationKernels: KernelTable = {
  FusedBatchNorm: (heap, stock) => (inputs, attrs) => {
    const x = inputs['x']!
    const mean = inputs['mean']!
    const variance = inputs['variance']!
    const offset = inputs['offset'] ?? undefined
    const scale = inputs['scale'] ?? undefined
    if (![mean, variance, offset, scale].every(vector => perChannel(x, vector))) return stock(inputs, attrs)
    const channels = x.shape.at(-1)!
    const y = heap.output(x.shape)
    if (sizeOf(x.shape) === 0) return y
    const [factorAt, offsetAt] = vectors(heap, channels)
    const factors = floatsAt(heap, factorAt, channels)
    const offsets = floatsAt(heap, offsetAt, channels)
    const epsilon = attrs['varianceEpsilon'] as number
    const variances = heap.floats(variance)
    const scales = scale === undefined ? undefined : heap.floats(scale)
    for (let i = 0; i < channels; i++)
      factors[i] = (scales === undefined ? 1 : scales[i]!) / Math.sqrt(variances[i]! + epsilon)
    if (offset === undefined) offsets.fill(0)
    else offsets.set(heap.floats(offset))
    heap.split(
      'normalize',
      [heap.at(x), heap.at(mean), factorAt, offsetAt, channels, heap.at(y)],
      sizeOf(x.shape) / channels,
      channels * elementWork,
    )
    return y
  },
}
