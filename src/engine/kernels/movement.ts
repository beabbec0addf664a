import { tf } from '../tf.js'
import type { Backend, Heap } from './heap.js'
import type { KernelTable } from './replace.js'
import { sizeOf } from './replace.js'

/** The same data under another tensor. Safe, since no kernel writes into its inputs; reshape shares so too. */
const share = (heap: Heap, x: tf.TensorInfo): tf.TensorInfo => {
  heap.backend.incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}

type Values = ReturnType<Backend['typedArrayFromHeap']>

/** Copies the box at `begin` of `size` out of `from`, runs of adjacent numbers at once. */
const copyBox = (
  from: Values,
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
  to: Values,
): void => {
  // The innermost axes that are taken whole, and the one outside them, are one run.
  let axis = shape.length - 1
  let run = 1
  while (axis > 0 && size[axis] === shape[axis]) run *= size[axis--]!
  run *= size[axis] ?? 1
  const strides = tf.util.computeStrides([...shape, 1])
  const offset = begin.reduce((sum, start, i) => sum + start * strides[i]!, 0)
  const outer = size.slice(0, axis)
  const index = outer.map(() => 0)
  for (let at = 0; at < to.length; at += run) {
    const start = index.reduce((sum, i, dimension) => sum + i * strides[dimension]!, offset)
    to.set(from.subarray(start, start + run), at)
    for (let i = index.length - 1; i >= 0; i--) {
      if (++index[i]! < outer[i]!) break
      index[i] = 0
    }
  }
}

export const movementKernels: KernelTable = {
  Identity: (heap, stock) => (inputs, attrs) =>
    inputs['x']!.dtype === 'string' ? stock(inputs, attrs) : share(heap, inputs['x']!),
  // The backend's own makes 256.0 a false bool, since it keeps the lowest byte.
  Cast: (heap, stock) => (inputs, attrs) => {
    const x = inputs['x']!
    if (x.dtype === attrs['dtype'] && x.dtype !== 'string') return share(heap, x)
    if (attrs['dtype'] !== 'bool' || x.dtype === 'string') return stock(inputs, attrs)
    const out = heap.output(x.shape, 'bool')
    const to = heap.backend.typedArrayFromHeap(out)
    heap.backend.typedArrayFromHeap(x).forEach((value, i) => (to[i] = value === 0 ? 0 : 1))
    return out
  },
  // The backend's own copies all of x first: unstacking a sequence would take time by its length squared.
  Slice: (heap, stock) => (inputs, attrs) => {
    const x = inputs['x']!
    if (x.dtype === 'string') return stock(inputs, attrs)
    const asTensor = x as tf.Tensor
    const [begin, size] = tf.slice_util.parseSliceParams(
      asTensor,
      attrs['begin'] as number[],
      attrs['size'] as number[],
    ) as [number[], number[]]
    const out = heap.output(size, x.dtype as 'float32')
    if (sizeOf(size) > 0)
      copyBox(heap.backend.typedArrayFromHeap(x), x.shape, begin, size, heap.backend.typedArrayFromHeap(out))
    return out
  },
  UnsortedSegmentSum: heap => (inputs, attrs) => {
    const x = inputs['x']!
    const ids = inputs['segmentIds']!
    if (ids.shape.length !== 1 || x.dtype !== 'float32')
      throw new Error('the wasm engine sums segments of floats by a list of ids')
    const segments = attrs['numSegments'] as number
    const inner = x.shape.slice(1)
    const out = heap.output([segments, ...inner])
    heap.kernels.segmentSum(heap.at(x), heap.at(ids), x.shape[0]!, sizeOf(inner), heap.at(out), segments)
    return out
  },
}
