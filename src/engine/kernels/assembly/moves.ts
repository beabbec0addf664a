// A weight's step by each rule of the optimizers, in one pass: the same operations in the same order as the rules have
// them in src/fit/optimizers, hence the same bits. Slots are read and written as the rules list them.

import { plus, times } from './scalars'

/** Where a step reads and writes. 10 addresses and then 11 float32, written by JavaScript. Absent: 0. */
@unmanaged
export class Move {
  weight: usize
  gradient: usize
  slot0: usize
  slot1: usize
  slot2: usize
  mask: usize
  toWeight: usize
  to0: usize
  to1: usize
  to2: usize
  /** What the weight is multiplied by before it moves (weight decay); 1: nothing. */
  keep: f32
  /** The rule's own numbers, in the order of src/fit/optimizers. */
  n0: f32
  n1: f32
  n2: f32
  n3: f32
  n4: f32
  n5: f32
  n6: f32
  n7: f32
  n8: f32
}

@inline
function read(at: usize, i: usize, whole: bool): v128 {
  return whole ? v128.load(at + i) : v128.load32_zero(at + i)
}

@inline
function write(at: usize, i: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at + i, value)
  else v128.store_lane<f32>(at + i, value, 0)
}

/** old·rho + value·rest. */
@inline
function blend(old: v128, rho: f32, value: v128, rest: f32): v128 {
  return f32x4.add(times(old, rho), times(value, rest))
}

@inline
function finish(m: Move, i: usize, delta: v128, whole: bool): void {
  let from = read(m.weight, i, whole)
  if (m.keep != 1) from = times(from, m.keep)
  let to = f32x4.add(from, delta)
  if (m.mask != 0) to = f32x4.mul(to, read(m.mask, i, whole))
  write(m.toWeight, i, to, whole)
}

@inline
function sgd(m: Move, i: usize, whole: bool): void {
  finish(m, i, times(read(m.gradient, i, whole), m.n0), whole)
}

/** n: learning rate, momentum, 1 for Nesterov. */
@inline
function momentum(m: Move, i: usize, whole: bool): void {
  const push = times(read(m.gradient, i, whole), m.n0)
  const next = f32x4.sub(times(read(m.slot0, i, whole), m.n1), push)
  write(m.to0, i, next, whole)
  finish(m, i, m.n2 != 0 ? f32x4.sub(times(next, m.n1), push) : next, whole)
}

/** n: β₁, 1 − β₁, β₂, 1 − β₂, ε, −α. With a third slot, its largest v. */
@inline
function adam(m: Move, i: usize, whole: bool): void {
  const g = read(m.gradient, i, whole)
  const first = blend(read(m.slot0, i, whole), m.n0, g, m.n1)
  const second = blend(read(m.slot1, i, whole), m.n2, f32x4.mul(g, g), m.n3)
  write(m.to0, i, first, whole)
  write(m.to1, i, second, whole)
  let top = second
  if (m.slot2 != 0) {
    top = f32x4.max(read(m.slot2, i, whole), second)
    write(m.to2, i, top, whole)
  }
  finish(m, i, times(f32x4.div(first, plus(f32x4.sqrt(top), m.n4)), m.n5), whole)
}

/** n: β₁, 1 − β₁, β₂, ε, −α. */
@inline
function adamax(m: Move, i: usize, whole: bool): void {
  const g = read(m.gradient, i, whole)
  const first = blend(read(m.slot0, i, whole), m.n0, g, m.n1)
  const norm = f32x4.max(times(read(m.slot1, i, whole), m.n2), f32x4.abs(g))
  write(m.to0, i, first, whole)
  write(m.to1, i, norm, whole)
  finish(m, i, times(f32x4.div(first, plus(norm, m.n3)), m.n4), whole)
}

/** n: β₁, 1 − β₁, β₂, 1 − β₂, ε, share of m, share of g, 1 − β₂ᵗ, −η. */
@inline
function nadam(m: Move, i: usize, whole: bool): void {
  const g = read(m.gradient, i, whole)
  const first = blend(read(m.slot0, i, whole), m.n0, g, m.n1)
  const second = blend(read(m.slot1, i, whole), m.n2, f32x4.mul(g, g), m.n3)
  write(m.to0, i, first, whole)
  write(m.to1, i, second, whole)
  const ahead = f32x4.add(times(first, m.n5), times(g, m.n6))
  const scale = plus(f32x4.sqrt(f32x4.div(second, f32x4.splat(m.n7))), m.n4)
  finish(m, i, times(f32x4.div(ahead, scale), m.n8), whole)
}

/** n: β₁, 1 − β₁, β₂, 1 − β₂, −η. */
@inline
function lion(m: Move, i: usize, whole: bool): void {
  const g = read(m.gradient, i, whole)
  const old = read(m.slot0, i, whole)
  const mixed = blend(old, m.n0, g, m.n1)
  write(m.to0, i, blend(old, m.n2, g, m.n3), whole)
  const one = f32x4.splat(1)
  const zero = f32x4.splat(0)
  const sign = f32x4.sub(v128.and(one, f32x4.gt(mixed, zero)), v128.and(one, f32x4.lt(mixed, zero)))
  finish(m, i, times(sign, m.n4), whole)
}

/** n: ρ, 1 − ρ, ε, η, momentum, 1 where centred. Slots: v, the mean where centred, the momentum where there is one. */
@inline
function rmsprop(m: Move, i: usize, whole: bool): void {
  const g = read(m.gradient, i, whole)
  const v = blend(read(m.slot0, i, whole), m.n0, f32x4.mul(g, g), m.n1)
  write(m.to0, i, v, whole)
  let spread = v
  if (m.n5 != 0) {
    const mean = blend(read(m.slot1, i, whole), m.n0, g, m.n1)
    write(m.to1, i, mean, whole)
    spread = f32x4.sub(v, f32x4.mul(mean, mean))
  }
  let push = f32x4.div(times(g, m.n3), f32x4.sqrt(plus(spread, m.n2)))
  if (m.n4 != 0) {
    const speed = m.n5 != 0 ? m.slot2 : m.slot1
    push = f32x4.add(times(read(speed, i, whole), m.n4), push)
    write(m.n5 != 0 ? m.to2 : m.to1, i, push, whole)
  }
  finish(m, i, f32x4.neg(push), whole)
}

/** n: ε, −η. */
@inline
function adagrad(m: Move, i: usize, whole: bool): void {
  const g = read(m.gradient, i, whole)
  const next = f32x4.add(read(m.slot0, i, whole), f32x4.mul(g, g))
  write(m.to0, i, next, whole)
  finish(m, i, f32x4.div(times(g, m.n1), f32x4.sqrt(plus(next, m.n0))), whole)
}

/** n: ρ, 1 − ρ, ε, η. */
@inline
function adadelta(m: Move, i: usize, whole: bool): void {
  const g = read(m.gradient, i, whole)
  const moved = read(m.slot1, i, whole)
  const squares = blend(read(m.slot0, i, whole), m.n0, f32x4.mul(g, g), m.n1)
  const delta = f32x4.neg(
    f32x4.div(f32x4.mul(g, f32x4.sqrt(plus(moved, m.n2))), f32x4.sqrt(plus(squares, m.n2))),
  )
  write(m.to0, i, squares, whole)
  write(m.to1, i, blend(moved, m.n0, f32x4.mul(delta, delta), m.n1), whole)
  finish(m, i, times(delta, m.n3), whole)
}

@inline
function one(rule: i32, m: Move, i: usize, whole: bool): void {
  if (rule == 0) sgd(m, i, whole)
  else if (rule == 1) momentum(m, i, whole)
  else if (rule == 2) adam(m, i, whole)
  else if (rule == 3) adamax(m, i, whole)
  else if (rule == 4) nadam(m, i, whole)
  else if (rule == 5) lion(m, i, whole)
  else if (rule == 6) rmsprop(m, i, whole)
  else if (rule == 7) adagrad(m, i, whole)
  else adadelta(m, i, whole)
}

/** Moves numbers `first` to `end` of a weight by the rule of that number (the order of `moveRules` in src/engine/move.ts). */
export function move(rule: i32, m: Move, first: i32, end: i32, _: usize): void {
  let i = (<usize>first) << 2
  const last = (<usize>end) << 2
  while (i + 16 <= last) {
    one(rule, m, i, true)
    i += 16
  }
  while (i < last) {
    one(rule, m, i, false)
    i += 4
  }
}
