// The functions of recurrent cells, and their slopes at the values that they gave. Their numbers are those of
// `activations` in src/engine/recurrence.ts.
import { exponential, sigmoid, tangent } from './curves'
import { plus, times } from './scalars'

const sigmoidAt: i32 = 5
const tangentAt: i32 = 7

// Klambauer et al. 2017, as tfjs has them.
const seluScale: f32 = 1.0507009873554805
const seluFloor: f32 = 1.7580993408473766

@inline
function between(v: v128, low: f32, high: f32): v128 {
  return f32x4.min(f32x4.max(v, f32x4.splat(low)), f32x4.splat(high))
}

/** `above` where v > 0, else `below`. */
@inline
function bySign(v: v128, above: v128, below: v128): v128 {
  return v128.bitselect(above, below, f32x4.gt(v, f32x4.splat(0)))
}

/**
 * The four numbers at `slot` become what the function gives: those that cells seldom have. Not inlined, since each
 * cell would hold all of them many times over; by memory, since no function here takes vectors (src/engine/scalar).
 */
function seldom(which: i32, slot: usize): void {
  const x = v128.load(slot)
  if (which == 1) v128.store(slot, f32x4.max(x, f32x4.splat(0)))
  else if (which == 2) v128.store(slot, between(x, 0, 6))
  else if (which == 3) v128.store(slot, bySign(x, x, plus(exponential(x), -1)))
  else if (which == 4)
    v128.store(slot, bySign(x, times(x, seluScale), times(plus(exponential(x), -1), seluFloor)))
  else if (which == 6) v128.store(slot, between(plus(times(x, 0.2), 0.5), 0, 1))
  else if (which == 8) v128.store(slot, f32x4.div(x, plus(f32x4.abs(x), 1)))
}

/** The same with what it gave, which becomes its slope there. */
function seldomSlope(which: i32, slot: usize): void {
  const y = v128.load(slot)
  const one = f32x4.splat(1)
  const zero = f32x4.splat(0)
  if (which == 0) v128.store(slot, one)
  else if (which == 1) v128.store(slot, bySign(y, one, zero))
  else if (which == 2) v128.store(slot, v128.and(bySign(y, one, zero), f32x4.lt(y, f32x4.splat(6))))
  else if (which == 3) v128.store(slot, bySign(y, one, plus(y, 1)))
  else if (which == 4) v128.store(slot, bySign(y, f32x4.splat(seluScale), plus(y, seluFloor)))
  else if (which == 6) v128.store(slot, v128.and(bySign(y, f32x4.splat(0.2), zero), f32x4.lt(y, one)))
  else if (which == 8) {
    const rest = f32x4.sub(one, f32x4.abs(y))
    v128.store(slot, f32x4.mul(rest, rest))
  }
}

/** The function of x. `slot`: 16 bytes to work in. */
@inline
export function activate(which: i32, x: v128, slot: usize): v128 {
  if (which == tangentAt) return tangent(x)
  if (which == sigmoidAt) return sigmoid(x)
  v128.store(slot, x)
  seldom(which, slot)
  return v128.load(slot)
}

/** d times the function's slope where it gave y. */
@inline
export function slope(which: i32, d: v128, y: v128, slot: usize): v128 {
  const one = f32x4.splat(1)
  if (which == tangentAt) return f32x4.mul(d, f32x4.sub(one, f32x4.mul(y, y)))
  if (which == sigmoidAt) return f32x4.mul(d, f32x4.mul(y, f32x4.sub(one, y)))
  v128.store(slot, y)
  seldomSlope(which, slot)
  return f32x4.mul(d, v128.load(slot))
}
