// The gradient of a relu or relu6 with its sums, row by row.
import { onePassing, passing, topOf } from './bend'
import { stretch } from './moments'

/** dz = dy where y is between 0 and `top`, else 0, and sums += dz, a channel each. */
@inline
function addMasked(sums: usize, dy: usize, y: usize, dz: usize, n: i32, top: f32): void {
  const tops = f32x4.splat(top)
  while (n >= 4) {
    const value = passing(v128.load(dy), v128.load(y), tops)
    v128.store(dz, value)
    v128.store(sums, f32x4.add(v128.load(sums), value))
    sums += 16
    dy += 16
    y += 16
    dz += 16
    n -= 4
  }
  while (n > 0) {
    const value = onePassing(load<f32>(dy), load<f32>(y), top)
    store<f32>(dz, value)
    store<f32>(sums, load<f32>(sums) + value)
    sums += 4
    dy += 4
    y += 4
    dz += 4
    n--
  }
}

/**
 * dz = what passes of dy where y came out of the bend, and Σ dz of each channel over each chunk of `each` rows, into `states`:
 * `channels` float64 a chunk. Chunks `first` to `end`; `scratch` has room for a row.
 */
export function maskedSums(
  dy: usize,
  y: usize,
  bend: i32,
  dz: usize,
  rows: i32,
  channels: i32,
  each: i32,
  states: usize,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const rowBytes = (<usize>channels) << 2
  const top = topOf(bend)
  for (let chunk = first; chunk < end; chunk++) {
    const state = states + <usize>chunk * (rowBytes << 1)
    memory.fill(state, 0, rowBytes << 1)
    const last = min(rows, (chunk + 1) * each)
    for (let row = chunk * each; row < last; row += stretch) {
      const count = min(last - row, stretch)
      memory.fill(scratch, 0, rowBytes)
      let at = <usize>row * rowBytes
      for (let i = 0; i < count; i++) {
        addMasked(scratch, dy + at, y + at, dz + at, channels, top)
        at += rowBytes
      }
      for (let c: usize = 0; c < rowBytes; c += 4) {
        const sum = state + (c << 1)
        store<f64>(sum, load<f64>(sum) + <f64>load<f32>(scratch + c))
      }
    }
  }
}
