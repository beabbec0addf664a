import {
  lstmGatesGradient,
  lstmInputGradient,
  lstmKernel,
  lstmKernelGradient,
  lstmStateGradient,
} from '../lstm.js'
import type { tf } from '../tf.js'
import type { Heap } from './heap.js'
import { splitGemm, splitGemmAdd } from './matmul.js'
import type { KernelTable } from './replace.js'
import { elementWork, sizeOf } from './replace.js'

// Inside, steps come first and are in the order in which they are made: x(steps × batch × channels), and so on. The product
// with the input is then one for all steps, and so is each weight's gradient.

/** What σ, tanh and the rest of a cell take for each unit, in multiplications. */
const cellWork = 100

interface Attrs {
  readonly sequences: boolean
  readonly backwards: boolean
}

/** src(a × b × n) to dst(b × a × n), addresses; `reverse` 1: the b in reverse, 2: the a. */
const swap = (
  heap: Heap,
  src: number,
  dst: number,
  [a, b, n]: readonly [number, number, number],
  reverse: 0 | 1 | 2 = 0,
): void => heap.split('swapAxes', [src, dst, a, b, n, reverse], b, a * n * elementWork)

/** Room for floats while `work` runs. Not the working memory, which products use themselves. */
const withRoom = <T>(heap: Heap, size: number, work: (room: number) => T): T => {
  const room = heap.output([size])
  try {
    return work(heap.at(room))
  } finally {
    heap.backend.disposeData(room.dataId)
  }
}

const forward = (
  heap: Heap,
  inputs: Record<'x' | 'kernel' | 'recurrent' | 'bias', tf.TensorInfo>,
  { sequences, backwards }: Attrs,
): tf.TensorInfo[] => {
  const { x, kernel, recurrent, bias } = inputs
  const [batch, steps, channels] = x.shape as [number, number, number]
  const units = recurrent.shape[0]!
  const y = heap.output(sequences ? [batch, steps, units] : [batch, units])
  const gates = heap.output([steps, batch, 4 * units])
  const outputs = heap.output([steps, batch, units])
  const states = heap.output([steps, batch, units])
  const outs = [y, gates, outputs, states]
  if (batch === 0) return outs
  const wide = 4 * units
  const [gatesAt, hAt, cAt] = [heap.at(gates), heap.at(outputs), heap.at(states)]
  withRoom(heap, sizeOf(x.shape), rows => {
    swap(heap, heap.at(x), rows, [batch, steps, channels], backwards ? 1 : 0)
    splitGemm(
      heap,
      ...([rows, channels, 1] as const),
      ...([heap.at(kernel), 1, wide, gatesAt, wide] as const),
      ...([steps * batch, wide, channels, heap.at(bias)] as const),
    )
  })
  for (let t = 0; t < steps; t++) {
    const [now, before] = [t * batch * units * 4, (t - 1) * batch * units * 4]
    if (t > 0)
      splitGemmAdd(
        heap,
        ...([hAt + before, units, 1, heap.at(recurrent), 1, wide] as const),
        ...([gatesAt + 4 * now, wide, batch, wide, units] as const),
      )
    heap.split(
      'lstmCell',
      [gatesAt + 4 * now, t > 0 ? cAt + before : 0, cAt + now, hAt + now, units],
      batch,
      units * cellWork,
    )
  }
  if (sequences) swap(heap, hAt, heap.at(y), [steps, batch, units])
  else heap.floats(y).set(heap.floats(outputs).subarray((steps - 1) * batch * units))
  return outs
}

/** The gradient of what goes into the gates (steps × batch × 4·units), from the last step to the first. */
const gatesGradient = (
  heap: Heap,
  inputs: Record<'dy' | 'gates' | 'states' | 'recurrent', tf.TensorInfo>,
  { sequences }: Attrs,
): tf.TensorInfo => {
  const { dy, gates, states, recurrent } = inputs
  const [steps, batch, units] = states.shape as [number, number, number]
  const out = heap.output(gates.shape)
  if (batch === 0) return out
  const wide = 4 * units
  const size = batch * units
  const dh = heap.scratch((2 + (sequences ? steps : 0)) * size * 4)
  const dc = dh + size * 4
  const dyAt = sequences ? dc + size * 4 : heap.at(dy)
  if (sequences) swap(heap, heap.at(dy), dyAt, [batch, steps, units])
  // Asked for anew each time: it is another one once the memory has grown.
  const bytes = (): Uint8Array => heap.backend.wasm.HEAPU8
  bytes().fill(0, dc, dc + size * 4)
  const [gatesAt, cAt, outAt] = [heap.at(gates), heap.at(states), heap.at(out)]
  for (let t = steps - 1; t >= 0; t--) {
    const [now, before] = [t * size * 4, (t - 1) * size * 4]
    const given = sequences ? dyAt + now : t === steps - 1 ? dyAt : undefined
    if (given === undefined) bytes().fill(0, dh, dc)
    else bytes().copyWithin(dh, given, given + size * 4)
    if (t < steps - 1)
      splitGemmAdd(
        heap,
        ...([outAt + 4 * (now + size * 4), wide, 1, heap.at(recurrent), wide, 1] as const),
        ...([dh, units, batch, units, wide] as const),
      )
    heap.split(
      'lstmCellGradient',
      [gatesAt + 4 * now, t > 0 ? cAt + before : 0, cAt + now, dh, dc, outAt + 4 * now, units],
      batch,
      units * cellWork,
    )
  }
  return out
}

const inputGradient = (
  heap: Heap,
  dGates: tf.TensorInfo,
  kernel: tf.TensorInfo,
  { backwards }: Attrs,
): tf.TensorInfo => {
  const [steps, batch, wide] = dGates.shape as [number, number, number]
  const channels = kernel.shape[0]!
  const dx = heap.output([batch, steps, channels])
  if (batch === 0) return dx
  withRoom(heap, sizeOf(dx.shape), rows => {
    splitGemm(
      heap,
      ...([heap.at(dGates), wide, 1, heap.at(kernel), wide, 1, rows, channels] as const),
      ...([steps * batch, channels, wide] as const),
    )
    swap(heap, rows, heap.at(dx), [steps, batch, channels], backwards ? 2 : 0)
  })
  return dx
}

const kernelGradient = (
  heap: Heap,
  x: tf.TensorInfo,
  dGates: tf.TensorInfo,
  { backwards }: Attrs,
): tf.TensorInfo => {
  const [batch, steps, channels] = x.shape as [number, number, number]
  const wide = dGates.shape[2]!
  const out = heap.output([channels, wide])
  withRoom(heap, sizeOf(x.shape), rows => {
    swap(heap, heap.at(x), rows, [batch, steps, channels], backwards ? 1 : 0)
    outer(heap, rows, channels, heap.at(dGates), wide, steps * batch, out)
  })
  return out
}

/** out(m × n) = a(k × m)ᵀ·b(k × n). */
const outer = (
  heap: Heap,
  a: number,
  m: number,
  b: number,
  n: number,
  k: number,
  out: tf.TensorInfo,
): void => {
  if (k === 0) heap.floats(out).fill(0)
  else splitGemm(heap, a, 1, m, b, 1, n, heap.at(out), n, m, n, k)
}

const stateGradient = (heap: Heap, outputs: tf.TensorInfo, dGates: tf.TensorInfo): tf.TensorInfo => {
  const [steps, batch, units] = outputs.shape as [number, number, number]
  const wide = 4 * units
  const out = heap.output([units, wide])
  // A step takes the outputs of the one before it, which lie one step before its own.
  outer(heap, heap.at(outputs), units, heap.at(dGates) + batch * wide * 4, wide, (steps - 1) * batch, out)
  return out
}

const attrsOf = (attrs: Record<string, unknown>): Attrs => attrs as unknown as Attrs

export const lstmKernels: KernelTable = {
  [lstmKernel]: heap => (inputs, attrs) =>
    forward(heap, inputs as Parameters<typeof forward>[1], attrsOf(attrs)),
  [lstmGatesGradient]: heap => (inputs, attrs) =>
    gatesGradient(heap, inputs as Parameters<typeof gatesGradient>[1], attrsOf(attrs)),
  [lstmInputGradient]: heap => (inputs, attrs) =>
    inputGradient(heap, inputs['dGates']!, inputs['kernel']!, attrsOf(attrs)),
  [lstmKernelGradient]: heap => (inputs, attrs) =>
    kernelGradient(heap, inputs['x']!, inputs['dGates']!, attrsOf(attrs)),
  [lstmStateGradient]: heap => inputs => stateGradient(heap, inputs['outputs']!, inputs['dGates']!),
}
