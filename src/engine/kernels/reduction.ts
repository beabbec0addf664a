import { tf } from '../tf.js'
import type { Heap } from './heap.js'
import type { KernelTable } from './replace.js'
import { elementWork, sizeOf } from './replace.js'

/** Adjacent axes joined where all of them are summed or all kept: [2, 3, 4, 5] over (1, 2) is 2, (12), 5. */
const runsOf = (shape: readonly number[], axes: readonly number[]): { size: number; summed: boolean }[] => {
  const runs: { size: number; summed: boolean }[] = []
  shape.forEach((size, axis) => {
    const summed = axes.includes(axis)
    const last = runs.at(-1)
    if (last?.summed === summed) last.size *= size
    else runs.push({ size, summed })
  })
  return runs
}

/** Sums over axes, or their mean; one pass for each run of summed axes, the last first. */
const reduce = (
  heap: Heap,
  x: tf.TensorInfo,
  axis: number | number[],
  keepDims: boolean,
  mean: boolean,
): tf.TensorInfo => {
  const axes = tf.util.parseAxisParam(axis, x.shape)
  const [kept, summed] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes)
  const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(kept, axes) : kept
  const runs = runsOf(x.shape, axes)
  const divisor = mean ? sizeOf(summed) : 1
  if (sizeOf(kept) === 0 || sizeOf(summed) === 0 || !runs.some(run => run.summed)) {
    const out = heap.output(shape, mean ? 'float32' : (x.dtype as 'int32'))
    if (sizeOf(summed) === 0) heap.backend.typedArrayFromHeap(out).fill(mean ? NaN : 0)
    else heap.floats(out).set(heap.floats(x))
    return out
  }
  let from = x
  for (;;) {
    const at = runs.findLastIndex(run => run.summed)
    const outer = sizeOf(runs.slice(0, at).map(run => run.size))
    const inner = sizeOf(runs.slice(at + 1).map(run => run.size))
    const { size } = runs[at]!
    runs.splice(at, 1)
    const final = !runs.some(run => run.summed)
    const out = heap.output(final ? shape : [outer, inner])
    const parts = heap.kernels.reduceParts(outer, inner)
    heap.split(
      'reduceSum',
      [heap.at(from), outer, size, inner, heap.at(out), final ? divisor : 1],
      parts,
      (outer * size * inner * elementWork) / parts,
    )
    if (from !== x) heap.backend.disposeData(from.dataId)
    if (final) return out
    from = out
  }
}

/** The kernel's name among those of tfjs: x/`divisor` at every place of `shape` that a sum over `axes` brings to x's. */
export const spreadKernel = 'TrimtabSpread'

/** Are the summed axes side by side? Then one pass spreads over them. */
export const isOneRun = (shape: readonly number[], axes: readonly number[]): boolean =>
  runsOf(shape, axes).filter(run => run.summed).length === 1

const spread = (
  heap: Heap,
  x: tf.TensorInfo,
  { shape, axes, divisor }: { shape: number[]; axes: number[]; divisor: number },
): tf.TensorInfo => {
  const y = heap.output(shape)
  if (sizeOf(shape) === 0) return y
  const runs = runsOf(shape, axes)
  const at = runs.findIndex(run => run.summed)
  const outer = sizeOf(runs.slice(0, at).map(run => run.size))
  const inner = sizeOf(runs.slice(at + 1).map(run => run.size))
  const { size } = runs[at]!
  heap.split(
    'spread',
    [heap.at(x), size, inner, heap.at(y), divisor],
    outer,
    size * inner * elementWork,
    inner * 4,
  )
  return y
}

export const reductionKernels: KernelTable = {
  [spreadKernel]: heap => (inputs, attrs) =>
    spread(heap, inputs['x']!, attrs as unknown as Parameters<typeof spread>[2]),
  Sum: (heap, stock) => (inputs, attrs) => {
    const x = inputs['x']!
    // The backend's own leaves the sum of no integers as it finds the memory.
    if (x.dtype !== 'float32' && sizeOf(x.shape) > 0) return stock(inputs, attrs)
    return reduce(heap, x, attrs['axis'] as number[], attrs['keepDims'] === true, false)
  },
  Mean: (heap, stock) => (inputs, attrs) => {
    const x = inputs['x']!
    if (x.dtype !== 'float32' && sizeOf(x.shape) > 0) return stock(inputs, attrs)
    return reduce(heap, x, attrs['axis'] as number[], attrs['keepDims'] === true, true)
  },
}
