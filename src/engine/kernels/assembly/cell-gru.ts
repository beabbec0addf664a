// The cell of a gated recurrent unit (Cho et al. 2014, equations 5 to 8; gates as in Keras: update, reset, candidate),
// the reset gate before the product: hence in two parts, the product of what was kept between them.
import { activate, slope } from './activations'
import { emit, read, readOr0, write } from './cell-lanes'

@inline
function open(
  gates: usize,
  before: usize,
  kept: usize,
  width: usize,
  gate: i32,
  slot: usize,
  u: usize,
  whole: bool,
): void {
  const at = gates + u
  const reset = activate(gate, read(at + width, whole), slot)
  write(at, activate(gate, read(at, whole), slot), whole)
  write(at + width, reset, whole)
  write(kept + u, f32x4.mul(reset, readOr0(before, u, whole)), whole)
}

/**
 * One row of `width` bytes for each gate: update and reset gate, and what the latter keeps of the output before
 * (0: there is none).
 */
export function gruGates(
  gates: usize,
  before: usize,
  kept: usize,
  width: usize,
  gate: i32,
  slot: usize,
): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16) open(gates, before, kept, width, gate, slot, u, true)
  for (; u < width; u += 4) open(gates, before, kept, width, gate, slot, u, false)
}

@inline
function forward(
  gates: usize,
  before: usize,
  y: usize,
  mask: usize,
  carried: usize,
  width: usize,
  activation: i32,
  slot: usize,
  u: usize,
  whole: bool,
): void {
  const at = gates + u
  const update = read(at, whole)
  const candidate = activate(activation, read(at + width * 2, whole), slot)
  write(at + width * 2, candidate, whole)
  let h = f32x4.mul(f32x4.sub(f32x4.splat(1), update), candidate)
  if (before != 0) h = f32x4.add(f32x4.mul(update, read(before + u, whole)), h)
  emit(h, y, mask, carried, u, whole)
}

/** The rest of the row: the candidate, and the output between it and the one before. */
export function gruCell(
  gates: usize,
  before: usize,
  y: usize,
  mask: usize,
  carried: usize,
  width: usize,
  activation: i32,
  slot: usize,
): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16) forward(gates, before, y, mask, carried, width, activation, slot, u, true)
  for (; u < width; u += 4) forward(gates, before, y, mask, carried, width, activation, slot, u, false)
}

@inline
function backward(
  gates: usize,
  before: usize,
  dh: usize,
  dGates: usize,
  width: usize,
  activation: i32,
  gate: i32,
  slot: usize,
  u: usize,
  whole: bool,
): void {
  const at = gates + u
  const to = dGates + u
  const update = read(at, whole)
  const candidate = read(at + width * 2, whole)
  const d = read(dh + u, whole)
  const fresh = f32x4.mul(d, f32x4.sub(f32x4.splat(1), update))
  write(to + width * 2, slope(activation, fresh, candidate, slot), whole)
  const gap = f32x4.sub(readOr0(before, u, whole), candidate)
  write(to, slope(gate, f32x4.mul(d, gap), update, slot), whole)
  // As long as there is nothing before, resetting it changes nothing.
  write(to + width, f32x4.splat(0), whole)
  write(dh + u, f32x4.mul(d, update), whole)
}

/**
 * From `dh` the gradients of what went into update gate and candidate; `dh` keeps what goes straight to the output
 * before.
 */
export function gruCellGradient(
  gates: usize,
  before: usize,
  dh: usize,
  dGates: usize,
  width: usize,
  activation: i32,
  gate: i32,
  slot: usize,
): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16) backward(gates, before, dh, dGates, width, activation, gate, slot, u, true)
  for (; u < width; u += 4) backward(gates, before, dh, dGates, width, activation, gate, slot, u, false)
}

@inline
function backwardReset(
  reset: usize,
  before: usize,
  dKept: usize,
  dh: usize,
  dReset: usize,
  gate: i32,
  slot: usize,
  u: usize,
  whole: bool,
): void {
  const r = read(reset + u, whole)
  const d = read(dKept + u, whole)
  write(dReset + u, slope(gate, f32x4.mul(d, read(before + u, whole)), r, slot), whole)
  write(dh + u, f32x4.add(read(dh + u, whole), f32x4.mul(d, r)), whole)
}

/** The same of the reset gate, from the gradient of what it kept, whose share of the output before is added to `dh`. */
export function gruResetGradient(
  reset: usize,
  before: usize,
  dKept: usize,
  dh: usize,
  dReset: usize,
  width: usize,
  gate: i32,
  slot: usize,
): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16) backwardReset(reset, before, dKept, dh, dReset, gate, slot, u, true)
  for (; u < width; u += 4) backwardReset(reset, before, dKept, dh, dReset, gate, slot, u, false)
}
