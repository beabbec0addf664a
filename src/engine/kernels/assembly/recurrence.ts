// Recurrent layers over whole sequences. The examples of a batch know nothing of each other: a chunk of them goes
// through all steps, forward or back, with the weights packed once for all chunks and steps.
import { packedScratch } from './packed'

export const gru: i32 = 1
export const lstm: i32 = 2

/**
 * A layer and where its numbers lie. 25 words of 32 bits, written by JavaScript (kernels/recurrence.ts). Steps are in
 * the order in which they are made; of what each of them keeps, all steps × batch × units (gates: times the kernels),
 * the steps come first.
 */
@unmanaged
export class Recurrence {
  /** 0 without gates, 1 GRU, 2 LSTM. */
  cell: i32
  /** Numbers of the functions (activations.ts): of the output, of the gates. */
  activation: i32
  gate: i32
  batch: i32
  steps: i32
  channels: i32
  units: i32
  /** Kernels side by side in each weight. */
  kernels: i32
  /** 1: reads x from its last step to its first. */
  backwards: i32
  /** 1: y has the output of every step, batch × steps × units; 0: of the last, batch × units. */
  sequences: i32
  /** Examples of a chunk, at most `mostRows`. */
  height: i32
  /** Bytes from one step's gates, and from one step's other values, to the next one's; 0: only the newest are kept. */
  gatesStep: usize
  statesStep: usize
  /** batch × steps × channels. */
  x: usize
  /** Packed weights; going back those of the state are transposed, and the kernel is not needed. */
  kernel: usize
  /** For the output before; of a GRU those of update and reset gate. */
  recurrent: usize
  /** Of a GRU those of the candidate; otherwise 0. */
  candidate: usize
  bias: usize
  /** As many zeros as a row of gates is long. */
  zeros: usize
  /** batch × units, times which an output goes to the next step; 0: none. */
  mask: usize
  /** What the gates give; without gates, the output. */
  gates: usize
  /** What goes from each step to the next. */
  carried: usize
  /** An LSTM's states; what a GRU's reset gate keeps. */
  states: usize
  /** Going back: its gradient. */
  y: usize
  /** Only going back: the gradient of what goes into the gates. */
  dGates: usize
}

/** Bytes of scratch memory that a chunk needs. Its head is a slot for the functions of cells. */
export function recurrenceScratch(r: Recurrence): i32 {
  return <i32>packedScratch + 3 * r.height * r.units * 4
}

/** Rows of the chunk that begins at row `top`. */
@inline
export function rowsFrom(r: Recurrence, top: i32): i32 {
  return min(r.height, r.batch - top)
}

/** Where step `t` of the rows from `top` has its output, or the gradient of that; 0: nowhere. */
@inline
export function outputAt(r: Recurrence, t: i32, top: i32): usize {
  if (r.sequences == 1) return r.y + (<usize>((top * r.steps + t) * r.units) << 2)
  return t == r.steps - 1 ? r.y + (<usize>(top * r.units) << 2) : 0
}

/** Bytes from one row's output to the next one's. */
@inline
export function outputRow(r: Recurrence): usize {
  const every = r.sequences == 1 ? r.steps : 1
  return <usize>(every * r.units) << 2
}

/** What lies `bytes` from `at`; 0 where that is 0. */
@inline
export function beyond(at: usize, bytes: usize): usize {
  return at == 0 ? 0 : at + bytes
}
