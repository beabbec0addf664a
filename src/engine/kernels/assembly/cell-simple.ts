// The cell of a recurrent layer without gates (Elman 1990).
import { activate, slope } from './activations'
import { emit, read, write } from './cell-lanes'

@inline
function forward(
  z: usize,
  y: usize,
  mask: usize,
  carried: usize,
  activation: i32,
  slot: usize,
  u: usize,
  whole: bool,
): void {
  const h = activate(activation, read(z + u, whole), slot)
  write(z + u, h, whole)
  emit(h, y, mask, carried, u, whole)
}

/** One row of `width` bytes. `z` has what goes into the function and gets what it gives. */
export function simpleCell(
  z: usize,
  y: usize,
  mask: usize,
  carried: usize,
  width: usize,
  activation: i32,
  slot: usize,
): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16) forward(z, y, mask, carried, activation, slot, u, true)
  for (; u < width; u += 4) forward(z, y, mask, carried, activation, slot, u, false)
}

@inline
function backward(h: usize, dh: usize, dz: usize, activation: i32, slot: usize, u: usize, whole: bool): void {
  write(dz + u, slope(activation, read(dh + u, whole), read(h + u, whole), slot), whole)
}

/** Its gradient: from `dh`, by what the function gave, that of what went into it. */
export function simpleCellGradient(
  h: usize,
  dh: usize,
  dz: usize,
  width: usize,
  activation: i32,
  slot: usize,
): void {
  const wholes = width & ~15
  let u: usize = 0
  for (; u < wholes; u += 16) backward(h, dh, dz, activation, slot, u, true)
  for (; u < width; u += 4) backward(h, dh, dz, activation, slot, u, false)
}
