import {
  activations,
  cells,
  recurrence,
  recurrenceGradient,
  recurrenceInputGradient,
  recurrenceKernelGradient,
  recurrenceStateGradient,
} from '../recurrence.js'
import type { RecurrenceAttrs } from '../recurrence.js'
import type { tf } from '../tf.js'
import type { Heap } from './heap.js'
import { inputGradient, kernelGradient, stateGradient } from './recurrence-gradients.js'
import type { KernelTable } from './replace.js'
import { sizeOf } from './replace.js'
import type { Take } from './room.js'
import { withRoom } from './room.js'

// What the steps keep is steps × batch × units, in the order in which they are made.

/** What the functions of a cell take for each unit, in multiplications. */
const cellWork = 100

/** Examples of a chunk at most, `mostRows` of assembly/packed.ts. */
const mostRows = 32

/** Examples that go through the steps together: so few that several threads have some to do. Shapes alone decide. */
const heightOf = (batch: number): number =>
  batch <= 8 ? 4 : Math.min(mostRows, Math.max(8, 4 * Math.ceil(batch / 32)))

interface Sizes {
  readonly batch: number
  readonly steps: number
  readonly channels: number
  readonly units: number
  /** Kernels side by side in each weight. */
  readonly kernels: number
}

/** A product's B of strides in floats, packed in room of its own. */
const pack = (
  heap: Heap,
  take: Take,
  [b, bColumn, bDepth]: readonly [number, number, number],
  n: number,
  k: number,
): number => {
  const to = take(heap.kernels.packedBytes(n, k) / 4)
  heap.kernels.packWhole(b, bColumn, bDepth, n, k, to)
  return to
}

/** The weights for the state, packed: those that multiply the output before, and a GRU's for what its reset gate keeps. */
const packState = (
  heap: Heap,
  take: Take,
  recurrent: number,
  { units, kernels }: Sizes,
  isGru: boolean,
  transposed: boolean,
): [recurrent: number, candidate: number] => {
  const wide = kernels * units
  const part = (from: number, columns: number): number => {
    const at = recurrent + from * 4
    return transposed
      ? pack(heap, take, [at, wide, 1], units, columns)
      : pack(heap, take, [at, 1, wide], columns, units)
  }
  return isGru ? [part(0, 2 * units), part(2 * units, units)] : [part(0, wide), 0]
}

/** Where the numbers of a layer lie, in the order of `Recurrence` (assembly/recurrence.ts); absent: 0. */
const addresses = [
  'x',
  'kernel',
  'recurrent',
  'candidate',
  'bias',
  'zeros',
  'mask',
  'gates',
  'carried',
  'states',
  'y',
  'dGates',
] as const
type Addresses = Partial<Record<(typeof addresses)[number], number>>

/** Has chunks of examples go through all steps. */
const goThrough = (
  heap: Heap,
  kernel: 'recurrenceForward' | 'recurrenceGradient',
  take: Take,
  { batch, steps, channels, units, kernels }: Sizes,
  { cell, activation, gate, backwards, sequences, keep }: RecurrenceAttrs,
  at: Addresses,
): void => {
  const wide = kernels * units
  const zeros = take(wide)
  const block = take(25)
  const height = heightOf(batch)
  const { buffer } = heap.backend.wasm.HEAPU8
  new Float32Array(buffer, zeros, wide).fill(0)
  new Uint32Array(buffer, block, 25).set([
    cells.indexOf(cell),
    activations.indexOf(activation),
    activations.indexOf(gate),
    batch,
    steps,
    channels,
    units,
    kernels,
    Number(backwards),
    Number(sequences),
    height,
    ...(keep ? [batch * wide * 4, batch * units * 4] : [0, 0]),
    ...addresses.map(name => ({ ...at, zeros })[name] ?? 0),
  ])
  heap.split(
    kernel,
    [block],
    Math.ceil(batch / height),
    height * steps * ((units + channels) * wide + units * cellWork),
    heap.kernels.recurrenceScratch(block),
  )
}

type Names = 'x' | 'kernel' | 'recurrent' | 'bias' | 'mask'

/** y, and where it is asked for what the gradient needs: gates, what goes on to the next step, and states where there are some. */
const forward = (
  heap: Heap,
  { x, kernel, recurrent, bias, mask }: Record<Names, tf.TensorInfo>,
  attrs: RecurrenceAttrs,
): tf.TensorInfo[] => {
  const [batch, steps, channels] = x.shape as [number, number, number]
  const units = recurrent.shape[0]!
  const wide = recurrent.shape[1]!
  const sizes = { batch, steps, channels, units, kernels: wide / units }
  const y = heap.output(attrs.sequences ? [batch, steps, units] : [batch, units])
  const masked = sizeOf(mask.shape) > 0
  const needed = attrs.cell !== 'simpleRNN' ? 3 : masked ? 2 : 1
  const kept = attrs.keep
    ? [wide, units, units].slice(0, needed).map(side => heap.output([steps, batch, side]))
    : []
  if (batch === 0) return [y, ...kept]
  withRoom(heap, take => {
    // Without gates and mask, what goes to the next step is what the gates are said to give.
    const [gates, carried, states] = attrs.keep
      ? [0, 1, 2].map(i => heap.at(kept[Math.min(i, needed - 1)]!))
      : [wide, units, units].map(side => take(batch * side))
    const at = { x: heap.at(x), bias: heap.at(bias), mask: masked ? heap.at(mask) : 0 }
    const packedKernel = pack(heap, take, [heap.at(kernel), 1, wide], wide, channels)
    const [packed, candidate] = packState(heap, take, heap.at(recurrent), sizes, attrs.cell === 'gru', false)
    goThrough(heap, 'recurrenceForward', take, sizes, attrs, {
      ...at,
      kernel: packedKernel,
      recurrent: packed,
      candidate,
      gates: gates!,
      carried: carried!,
      states: states!,
      y: heap.at(y),
    })
  })
  return [y, ...kept]
}

type Kept = 'dy' | 'recurrent' | 'mask' | 'gates' | 'carried' | 'states'

/** The gradient of what goes into the gates (steps × batch × kernels·units). */
const gatesGradient = (
  heap: Heap,
  { dy, recurrent, mask, gates, carried, states }: Record<Kept, tf.TensorInfo>,
  attrs: RecurrenceAttrs,
): tf.TensorInfo => {
  const [steps, batch, wide] = gates.shape as [number, number, number]
  const units = recurrent.shape[0]!
  const sizes = { batch, steps, channels: 0, units, kernels: wide / units }
  const dGates = heap.output(gates.shape)
  if (batch === 0) return dGates
  withRoom(heap, take => {
    const [packed, candidate] = packState(heap, take, heap.at(recurrent), sizes, attrs.cell === 'gru', true)
    goThrough(heap, 'recurrenceGradient', take, sizes, attrs, {
      recurrent: packed,
      candidate,
      mask: sizeOf(mask.shape) > 0 ? heap.at(mask) : 0,
      gates: heap.at(gates),
      carried: heap.at(carried),
      states: heap.at(states),
      y: heap.at(dy),
      dGates: heap.at(dGates),
    })
  })
  return dGates
}

type Given<Name extends string> = Record<Name, tf.TensorInfo>

export const recurrenceKernels: KernelTable = {
  [recurrence]: heap => (inputs, attrs) =>
    forward(heap, inputs as Given<Names>, attrs as unknown as RecurrenceAttrs),
  [recurrenceGradient]: heap => (inputs, attrs) =>
    gatesGradient(heap, inputs as Given<Kept>, attrs as unknown as RecurrenceAttrs),
  [recurrenceInputGradient]: heap => (inputs, attrs) =>
    inputGradient(heap, inputs['dGates']!, inputs['kernel']!, attrs as unknown as RecurrenceAttrs),
  [recurrenceKernelGradient]: heap => (inputs, attrs) =>
    kernelGradient(heap, inputs['x']!, inputs['dGates']!, attrs as unknown as RecurrenceAttrs),
  [recurrenceStateGradient]: heap => (inputs, attrs) =>
    stateGradient(
      heap,
      ...([inputs['dGates']!, inputs['carried']!, inputs['states']!] as const),
      attrs as unknown as RecurrenceAttrs,
    ),
}
