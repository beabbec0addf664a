import type { RecurrenceAttrs } from '../recurrence.js'
import type { tf } from '../tf.js'
import type { Heap } from './heap.js'
import { splitGemm } from './matmul.js'
import { elementWork, sizeOf } from './replace.js'
import { withRoom } from './room.js'

// From the gradient of what goes into the gates (steps × batch × kernels·units) those of x and of the weights: a product each
// over all steps.

/** src(a × b × n) to dst(b × a × n), addresses; `reverse` 1: the b in reverse, 2: the a. */
const swap = (
  heap: Heap,
  src: number,
  dst: number,
  [a, b, n]: readonly [number, number, number],
  reverse: 0 | 1 | 2 = 0,
): void => heap.split('swapAxes', [src, dst, a, b, n, reverse], b, a * n * elementWork)

/** dx (batch × steps × channels) from the gradient of what goes into the gates. */
export const inputGradient = (
  heap: Heap,
  dGates: tf.TensorInfo,
  kernel: tf.TensorInfo,
  { backwards }: RecurrenceAttrs,
): tf.TensorInfo => {
  const [steps, batch, wide] = dGates.shape as [number, number, number]
  const channels = kernel.shape[0]!
  const dx = heap.output([batch, steps, channels])
  if (batch === 0) return dx
  withRoom(heap, take => {
    const rows = take(sizeOf(dx.shape))
    splitGemm(
      heap,
      ...([heap.at(dGates), wide, 1, heap.at(kernel), wide, 1, rows, channels] as const),
      ...([steps * batch, channels, wide] as const),
    )
    swap(heap, rows, heap.at(dx), [steps, batch, channels], backwards ? 2 : 0)
  })
  return dx
}

/** out(m × n) = a(k × m)ᵀ·b(k × n), addresses; rows of b are `bRow` floats apart, those of out `outRow`. */
const outer = (
  heap: Heap,
  [a, m]: readonly [number, number],
  [b, n, bRow]: readonly [number, number, number],
  k: number,
  [out, outRow]: readonly [number, number],
): void => splitGemm(heap, a, 1, m, b, 1, bRow, out, outRow, m, n, k)

/** Of the kernel (channels × kernels·units). */
export const kernelGradient = (
  heap: Heap,
  x: tf.TensorInfo,
  dGates: tf.TensorInfo,
  { backwards }: RecurrenceAttrs,
): tf.TensorInfo => {
  const [batch, steps, channels] = x.shape as [number, number, number]
  const wide = dGates.shape[2]!
  const out = heap.output([channels, wide])
  if (batch === 0) heap.floats(out).fill(0)
  else
    withRoom(heap, take => {
      const rows = take(sizeOf(x.shape))
      swap(heap, heap.at(x), rows, [batch, steps, channels], backwards ? 1 : 0)
      outer(heap, [rows, channels], [heap.at(dGates), wide, wide], steps * batch, [heap.at(out), wide])
    })
  return out
}

/** Of what multiplies the outputs before: those lie one step before the gates that they went into. */
export const stateGradient = (
  heap: Heap,
  dGates: tf.TensorInfo,
  carried: tf.TensorInfo,
  states: tf.TensorInfo,
  { cell }: RecurrenceAttrs,
): tf.TensorInfo => {
  const [steps, batch, units] = carried.shape as [number, number, number]
  const wide = dGates.shape[2]!
  const out = heap.output([units, wide])
  const k = (steps - 1) * batch
  if (k === 0) {
    heap.floats(out).fill(0)
    return out
  }
  const from = heap.at(dGates) + batch * wide * 4
  const fed = cell === 'gru' ? 2 * units : wide
  outer(heap, [heap.at(carried), units], [from, fed, wide], k, [heap.at(out), wide])
  if (cell === 'gru')
    outer(
      heap,
      [heap.at(states) + batch * units * 4, units],
      [from + fed * 4, units, wide],
      ...([k, [heap.at(out) + fed * 4, wide]] as const),
    )
  return out
}
