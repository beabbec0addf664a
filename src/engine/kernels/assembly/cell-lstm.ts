// The cell of an LSTM (Hochreiter & Schmidhuber 1997; gates as in Keras: input, forget, candidate, output).
import { activate, slope } from './activations'
import { emit, read, readOr0, write } from './cell-lanes'

@inline
function forward(
  gates: usize,
  before: usize,
  c: usize,
  y: usize,
  mask: usize,
  carried: usize,
  width: usize,
  activation: i32,
  gate: i32,
  slot: usize,
  u: usize,
  whole: bool,
): void {
  const at = gates + u
  const input = activate(gate, read(at, whole), slot)
  const forget = activate(gate, read(at + width, whole), slot)
  const candidate = activate(activation, read(at + width * 2, whole), slot)
  const output = activate(gate, read(at + width * 3, whole), slot)
  let state = f32x4.mul(input, candidate)
  if (before != 0) state = f32x4.add(f32x4.mul(forget, read(before + u, whole)), state)
  write(at, input, whole)
  write(at + width, forget, whole)
  write(at + width * 2, candidate, whole)
  write(at + width * 3, output, whole)
  write(c + u, state, whole)
  emit(f32x4.mul(output, activate(activation, state, slot)), y, mask, carried, u, whole)
}

/**
 * One row of `width` bytes for each gate. `gates` has what goes into the gates and gets what they give; `c` gets the
 * state; `before` is the state before, or 0 where there is none.
 */
export function lstmCell(
  gates: usize,
  before: usize,
  c: usize,
  y: usize,
  mask: usize,
  carried: usize,
  width: usize,
  activation: i32,
  gate: i32,
  slot: usize,
): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16)
    forward(gates, before, c, y, mask, carried, width, activation, gate, slot, u, true)
  for (; u < width; u += 4)
    forward(gates, before, c, y, mask, carried, width, activation, gate, slot, u, false)
}

@inline
function backward(
  gates: usize,
  before: usize,
  c: usize,
  dh: usize,
  dc: usize,
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
  const input = read(at, whole)
  const forget = read(at + width, whole)
  const candidate = read(at + width * 2, whole)
  const output = read(at + width * 3, whole)
  const bent = activate(activation, read(c + u, whole), slot)
  const out = read(dh + u, whole)
  const state = f32x4.add(read(dc + u, whole), slope(activation, f32x4.mul(out, output), bent, slot))
  write(to, slope(gate, f32x4.mul(state, candidate), input, slot), whole)
  write(to + width, slope(gate, f32x4.mul(state, readOr0(before, u, whole)), forget, slot), whole)
  write(to + width * 2, slope(activation, f32x4.mul(state, input), candidate, slot), whole)
  write(to + width * 3, slope(gate, f32x4.mul(out, bent), output, slot), whole)
  write(dc + u, f32x4.mul(state, forget), whole)
}

/**
 * Its gradient: from `dh` and `dc`, of h and c, that of what went into the gates; `dc` becomes that of the state
 * before.
 */
export function lstmCellGradient(
  gates: usize,
  before: usize,
  c: usize,
  dh: usize,
  dc: usize,
  dGates: usize,
  width: usize,
  activation: i32,
  gate: i32,
  slot: usize,
): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16)
    backward(gates, before, c, dh, dc, dGates, width, activation, gate, slot, u, true)
  for (; u < width; u += 4)
    backward(gates, before, c, dh, dc, dGates, width, activation, gate, slot, u, false)
}
