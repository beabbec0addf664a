// The cell of an LSTM (Hochreiter & Schmidhuber 1997; gates as in Keras: input, forget, candidate, output).
import { sigmoid, tangent } from './curves'

@inline
function read(at: usize, whole: bool): v128 {
  return whole ? v128.load(at) : v128.load32_zero(at)
}

@inline
function write(at: usize, value: v128, whole: bool): void {
  if (whole) v128.store(at, value)
  else v128.store_lane<f32>(at, value, 0)
}

@inline
function forward(gates: usize, width: usize, before: usize, c: usize, h: usize, whole: bool): void {
  const input = sigmoid(read(gates, whole))
  const forget = sigmoid(read(gates + width, whole))
  const candidate = tangent(read(gates + width * 2, whole))
  const output = sigmoid(read(gates + width * 3, whole))
  let state = f32x4.mul(input, candidate)
  if (before != 0) state = f32x4.add(f32x4.mul(forget, read(before, whole)), state)
  write(gates, input, whole)
  write(gates + width, forget, whole)
  write(gates + width * 2, candidate, whole)
  write(gates + width * 3, output, whole)
  write(c, state, whole)
  write(h, f32x4.mul(output, tangent(state)), whole)
}

/**
 * One step of rows `first` to `end`. `gates` (rows × 4·units) has what goes into the gates and gets what they give; `c` and
 * `h` (rows × units) get the state and the output; `before` is the state before, or 0 where there is none.
 */
export function lstmCell(
  gates: usize,
  before: usize,
  c: usize,
  h: usize,
  units: i32,
  first: i32,
  end: i32,
  _: usize,
): void {
  const width = (<usize>units) << 2
  const wholes = width & ~15
  for (let row = <usize>first; row < <usize>end; row++) {
    const at = row * width
    const cell = gates + at * 4
    const old = before == 0 ? before : before + at
    let u: usize = 0
    for (; u < wholes; u += 16)
      forward(cell + u, width, before == 0 ? 0 : old + u, c + at + u, h + at + u, true)
    for (; u < width; u += 4)
      forward(cell + u, width, before == 0 ? 0 : old + u, c + at + u, h + at + u, false)
  }
}

/** σ's slope at the value s: s(1 − s), times d. */
@inline
function sigmoidSlope(d: v128, s: v128): v128 {
  return f32x4.mul(d, f32x4.mul(s, f32x4.sub(f32x4.splat(1), s)))
}

/** tanh's slope at the value t: 1 − t², times d. */
@inline
function tangentSlope(d: v128, t: v128): v128 {
  return f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(t, t)))
}

@inline
function backward(
  gates: usize,
  width: usize,
  before: usize,
  c: usize,
  dh: usize,
  dc: usize,
  dGates: usize,
  whole: bool,
): void {
  const input = read(gates, whole)
  const forget = read(gates + width, whole)
  const candidate = read(gates + width * 2, whole)
  const output = read(gates + width * 3, whole)
  const bent = tangent(read(c, whole))
  const out = read(dh, whole)
  const state = f32x4.add(read(dc, whole), tangentSlope(f32x4.mul(out, output), bent))
  write(dGates, sigmoidSlope(f32x4.mul(state, candidate), input), whole)
  const old = before == 0 ? f32x4.splat(0) : read(before, whole)
  write(dGates + width, sigmoidSlope(f32x4.mul(state, old), forget), whole)
  write(dGates + width * 2, tangentSlope(f32x4.mul(state, input), candidate), whole)
  write(dGates + width * 3, sigmoidSlope(f32x4.mul(out, bent), output), whole)
  write(dc, f32x4.mul(state, forget), whole)
}

/** The gradient of `lstmCell`: from `dh` and `dc`, of h and c, that of what went into the gates; `dc` becomes that of the state before. */
export function lstmCellGradient(
  gates: usize,
  before: usize,
  c: usize,
  dh: usize,
  dc: usize,
  dGates: usize,
  units: i32,
  first: i32,
  end: i32,
  _: usize,
): void {
  const width = (<usize>units) << 2
  const wholes = width & ~15
  for (let row = <usize>first; row < <usize>end; row++) {
    const at = row * width
    const wide = at * 4
    const old = before == 0 ? before : before + at
    let u: usize = 0
    for (; u < wholes; u += 16)
      backward(
        gates + wide + u,
        width,
        before == 0 ? 0 : old + u,
        c + at + u,
        dh + at + u,
        dc + at + u,
        dGates + wide + u,
        true,
      )
    for (; u < width; u += 4)
      backward(
        gates + wide + u,
        width,
        before == 0 ? 0 : old + u,
        c + at + u,
        dh + at + u,
        dc + at + u,
        dGates + wide + u,
        false,
      )
  }
}

/** dst(b × a × n) from src(a × b × n); `reverse` 1: the b in reverse, 2: the a. Of the b from `first` to `end`. */
export function swapAxes(
  src: usize,
  dst: usize,
  a: i32,
  b: i32,
  n: i32,
  reverse: i32,
  first: i32,
  end: i32,
  _: usize,
): void {
  const bytes = (<usize>n) << 2
  for (let j = first; j < end; j++) {
    const column = reverse == 1 ? b - 1 - j : j
    for (let i = 0; i < a; i++) {
      const row = reverse == 2 ? a - 1 - i : i
      memory.copy(dst + <usize>(j * a + i) * bytes, src + <usize>(row * b + column) * bytes, bytes)
    }
  }
}
