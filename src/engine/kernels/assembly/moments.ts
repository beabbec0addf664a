// Batch normalization's passes over x(rows × channels), row by row. Stretches of 128 rows are summed in float32, and the
// stretches in float64.
import { onePassing, passing, topOf } from './bend'

export const stretch: i32 = 128

/** sums += x − pivot, a channel each. */
@inline
function addOffsets(sums: usize, x: usize, pivot: usize, n: i32): void {
  while (n >= 4) {
    v128.store(sums, f32x4.add(v128.load(sums), f32x4.sub(v128.load(x), v128.load(pivot))))
    sums += 16
    x += 16
    pivot += 16
    n -= 4
  }
  while (n > 0) {
    store<f32>(sums, load<f32>(sums) + (load<f32>(x) - load<f32>(pivot)))
    sums += 4
    x += 4
    pivot += 4
    n--
  }
}

/** sums += (x − mean)², a channel each. */
@inline
function addSquares(sums: usize, x: usize, mean: usize, n: i32): void {
  while (n >= 4) {
    const off = f32x4.sub(v128.load(x), v128.load(mean))
    v128.store(sums, f32x4.add(v128.load(sums), f32x4.mul(off, off)))
    sums += 16
    x += 16
    mean += 16
    n -= 4
  }
  while (n > 0) {
    const off = load<f32>(x) - load<f32>(mean)
    store<f32>(sums, load<f32>(sums) + off * off)
    sums += 4
    x += 4
    mean += 4
    n--
  }
}

/** What is left of dy behind a bend, whose input is (x − mean)·factor + offset. */
@inline
function behindBend(dy: v128, off: v128, factor: usize, offset: usize, top: f32): v128 {
  const value = f32x4.add(f32x4.mul(off, v128.load(factor)), v128.load(offset))
  return passing(dy, value, f32x4.splat(top))
}

@inline
function oneBehindBend(dy: f32, off: f32, factor: usize, offset: usize, top: f32): f32 {
  return onePassing(dy, off * load<f32>(factor) + load<f32>(offset), top)
}

/** sums += dy and products += dy·(x − mean), a channel each; `bends`: of what is left of dy behind the bend. */
@inline
function addProducts(
  sums: usize,
  products: usize,
  dy: usize,
  x: usize,
  mean: usize,
  bytes: usize,
  bends: bool,
  factor: usize,
  offset: usize,
  top: f32,
): void {
  let c: usize = 0
  for (; c + 16 <= bytes; c += 16) {
    let gradient = v128.load(dy + c)
    const off = f32x4.sub(v128.load(x + c), v128.load(mean + c))
    if (bends) gradient = behindBend(gradient, off, factor + c, offset + c, top)
    v128.store(sums + c, f32x4.add(v128.load(sums + c), gradient))
    v128.store(products + c, f32x4.add(v128.load(products + c), f32x4.mul(gradient, off)))
  }
  for (; c < bytes; c += 4) {
    let gradient = load<f32>(dy + c)
    const off = load<f32>(x + c) - load<f32>(mean + c)
    if (bends) gradient = oneBehindBend(gradient, off, factor + c, offset + c, top)
    store<f32>(sums + c, load<f32>(sums + c) + gradient)
    store<f32>(products + c, load<f32>(products + c) + gradient * off)
  }
}

/**
 * The mean of each channel and the sum of squares about it (Chan, Golub & LeVeque 1983) over each chunk of `each` rows,
 * into `states`: a chunk's `channels` means and as many sums, float64. Chunks `first` to `end`; `scratch` has room for two
 * rows.
 */
export function channelMoments(
  x: usize,
  rows: i32,
  channels: i32,
  each: i32,
  states: usize,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const rowBytes = (<usize>channels) << 2
  const wide = rowBytes << 1
  const means = scratch
  const sums = scratch + rowBytes
  for (let chunk = first; chunk < end; chunk++) {
    const state = states + <usize>chunk * (wide << 1)
    memory.fill(state, 0, wide << 1)
    const last = min(rows, (chunk + 1) * each)
    for (let at = chunk * each; at < last; at += stretch) {
      const row = x + <usize>at * rowBytes
      const count = min(last - at, stretch)
      memory.fill(means, 0, wide)
      // About the stretch's first row, or numbers far from 0 would lose their digits.
      for (let i = 1; i < count; i++) addOffsets(means, row + <usize>i * rowBytes, row, channels)
      const before = <f64>(at - chunk * each)
      const after = before + <f64>count
      for (let c: usize = 0; c < rowBytes; c += 4) {
        const mean = <f64>load<f32>(row + c) + <f64>load<f32>(means + c) / <f64>count
        store<f32>(means + c, <f32>mean)
        const known = load<f64>(state + (c << 1))
        const off = mean - known
        store<f64>(state + (c << 1), known + (off * <f64>count) / after)
        const squares = state + wide + (c << 1)
        store<f64>(squares, load<f64>(squares) + (off * off * before * <f64>count) / after)
      }
      for (let i = 0; i < count; i++) addSquares(sums, row + <usize>i * rowBytes, means, channels)
      for (let c: usize = 0; c < rowBytes; c += 4) {
        const squares = state + wide + (c << 1)
        store<f64>(squares, load<f64>(squares) + <f64>load<f32>(sums + c))
      }
    }
  }
}

/**
 * Σ dy and Σ dy·(x − mean) of each channel over each chunk of `each` rows, into `states`: a chunk's twice `channels` float64.
 * With a `bend`, of what is left of dy behind that of (x − mean)·factor + offset. Chunks `first` to `end`;
 * `scratch` has room for two rows.
 */
export function channelProducts(
  x: usize,
  dy: usize,
  mean: usize,
  rows: i32,
  channels: i32,
  each: i32,
  states: usize,
  bend: i32,
  factor: usize,
  offset: usize,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const top = topOf(bend)
  const rowBytes = (<usize>channels) << 2
  for (let chunk = first; chunk < end; chunk++) {
    const state = states + <usize>chunk * (rowBytes << 2)
    memory.fill(state, 0, rowBytes << 2)
    const last = min(rows, (chunk + 1) * each)
    for (let row = chunk * each; row < last; row += stretch) {
      const count = min(last - row, stretch)
      memory.fill(scratch, 0, rowBytes << 1)
      let at = <usize>row * rowBytes
      for (let i = 0; i < count; i++) {
        if (bend == 0)
          addProducts(scratch, scratch + rowBytes, dy + at, x + at, mean, rowBytes, false, 0, 0, 0)
        else addProducts(scratch, scratch + rowBytes, dy + at, x + at, mean, rowBytes, true, factor, offset, top)
        at += rowBytes
      }
      for (let c: usize = 0; c < rowBytes << 1; c += 4) {
        const sum = state + (c << 1)
        store<f64>(sum, load<f64>(sum) + <f64>load<f32>(scratch + c))
      }
    }
  }
}

@inline
function gradientRow(
  x: usize,
  dy: usize,
  mean: usize,
  factor: usize,
  slope: usize,
  shift: usize,
  offset: usize,
  bends: bool,
  top: f32,
  bytes: usize,
  dx: usize,
): void {
  let c: usize = 0
  for (; c + 16 <= bytes; c += 16) {
    const off = f32x4.sub(v128.load(x + c), v128.load(mean + c))
    let gradient = v128.load(dy + c)
    if (bends) gradient = behindBend(gradient, off, factor + c, offset + c, top)
    const bent = f32x4.add(f32x4.mul(off, v128.load(slope + c)), v128.load(shift + c))
    v128.store(dx + c, f32x4.add(f32x4.mul(gradient, v128.load(factor + c)), bent))
  }
  for (; c < bytes; c += 4) {
    const off = load<f32>(x + c) - load<f32>(mean + c)
    let gradient = load<f32>(dy + c)
    if (bends) gradient = oneBehindBend(gradient, off, factor + c, offset + c, top)
    const bent = off * load<f32>(slope + c) + load<f32>(shift + c)
    store<f32>(dx + c, gradient * load<f32>(factor + c) + bent)
  }
}

/**
 * dx = dy·factor + (x − mean)·slope + shift, a channel each, of rows `first` to `end`. With a `bend`, of what is left of dy
 * behind that of (x − mean)·factor + offset.
 */
export function normalizationGradient(
  x: usize,
  dy: usize,
  mean: usize,
  factor: usize,
  slope: usize,
  shift: usize,
  bend: i32,
  offset: usize,
  channels: i32,
  dx: usize,
  first: i32,
  end: i32,
  _: usize,
): void {
  const top = topOf(bend)
  const bytes = (<usize>channels) << 2
  let at = <usize>first * bytes
  for (let row = first; row < end; row++) {
    if (bend == 0) gradientRow(x + at, dy + at, mean, factor, slope, shift, 0, false, 0, bytes, dx + at)
    else gradientRow(x + at, dy + at, mean, factor, slope, shift, offset, true, top, bytes, dx + at)
    at += bytes
  }
}
