// The innermost product: a 4×8 tile of C from a packed panel of A (4 rows) and one of B (8 columns).
// V8 brings all loads of a loop's body to its head: eight accumulators, two of B, four of A and a product are the 15 vector
// registers that it has on x64. Two steps of k in one body, or 6×8, spill, which takes 1.6 times as long.
import { bent, oneBent } from './bend'

/** C = start + A·B, `k` (at least 1) deep. `start` is C itself to go on adding, a bias (row stride 0), or zeros. Strides in bytes. */
export function tile(
  a: usize,
  b: usize,
  k: i32,
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  bend: i32,
): void {
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  do {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load_splat<f32>(a)
    c00 = f32x4.add(c00, f32x4.mul(a0, b0))
    c01 = f32x4.add(c01, f32x4.mul(a0, b1))
    const a1 = v128.load_splat<f32>(a, 4)
    c10 = f32x4.add(c10, f32x4.mul(a1, b0))
    c11 = f32x4.add(c11, f32x4.mul(a1, b1))
    const a2 = v128.load_splat<f32>(a, 8)
    c20 = f32x4.add(c20, f32x4.mul(a2, b0))
    c21 = f32x4.add(c21, f32x4.mul(a2, b1))
    const a3 = v128.load_splat<f32>(a, 12)
    c30 = f32x4.add(c30, f32x4.mul(a3, b0))
    c31 = f32x4.add(c31, f32x4.mul(a3, b1))
    a += 16
    b += 32
  } while (--k)
  c00 = f32x4.add(c00, v128.load(start))
  c01 = f32x4.add(c01, v128.load(start, 16))
  start += startRow
  c10 = f32x4.add(c10, v128.load(start))
  c11 = f32x4.add(c11, v128.load(start, 16))
  start += startRow
  c20 = f32x4.add(c20, v128.load(start))
  c21 = f32x4.add(c21, v128.load(start, 16))
  start += startRow
  c30 = f32x4.add(c30, v128.load(start))
  c31 = f32x4.add(c31, v128.load(start, 16))
  if (bend != 0) {
    c00 = bent(c00, bend)
    c01 = bent(c01, bend)
    c10 = bent(c10, bend)
    c11 = bent(c11, bend)
    c20 = bent(c20, bend)
    c21 = bent(c21, bend)
    c30 = bent(c30, bend)
    c31 = bent(c31, bend)
  }
  v128.store(c, c00)
  v128.store(c, c01, 16)
  c += cRow
  v128.store(c, c10)
  v128.store(c, c11, 16)
  c += cRow
  v128.store(c, c20)
  v128.store(c, c21, 16)
  c += cRow
  v128.store(c, c30)
  v128.store(c, c31, 16)
}

/** The same for a tile that hangs over C's edge: computed whole in `spare` (128 bytes), then the part inside stored. */
function edgeTile(
  a: usize,
  b: usize,
  k: i32,
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  bend: i32,
  rows: i32,
  columns: i32,
  zeros: usize,
  spare: usize,
): void {
  tile(a, b, k, spare, 32, zeros, 0, 0)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (<usize>column) << 2
      const value = load<f32>(spare + ((<usize>row) << 5) + at) + load<f32>(start + at)
      store<f32>(c + at, oneBent(value, bend))
    }
    c += cRow
    start += startRow
  }
}

/** C(rows × columns) = start + A·B of packed blocks: panels of 4 rows in `a`, of 8 columns in `b`, each `k` deep. */
export function multiplyBlock(
  a: usize,
  b: usize,
  rows: i32,
  columns: i32,
  k: i32,
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  bend: i32,
  zeros: usize,
  spare: usize,
): void {
  for (let j = 0; j < columns; j += 8) {
    const panel = b + <usize>j * <usize>k * 4
    const across = (<usize>j) << 2
    for (let i = 0; i < rows; i += 4) {
      const quad = a + <usize>i * <usize>k * 4
      const cell = c + <usize>i * cRow + across
      const from = start + <usize>i * startRow + across
      if (rows - i >= 4 && columns - j >= 8) tile(quad, panel, k, cell, cRow, from, startRow, bend)
      else
        edgeTile(
          quad,
          panel,
          k,
          cell,
          cRow,
          from,
          startRow,
          bend,
          min(rows - i, 4),
          min(columns - j, 8),
          zeros,
          spare,
        )
    }
  }
}
