// A product whose B is packed once and multiplied by many A: a recurrent layer's weights, step after step.
import { blockDepth, share } from './gemm'
import { packColumns, packRows } from './pack'
import { multiplyBlock } from './tile'

/** Rows of A that one call takes at most. */
export const mostRows: i32 = 32
const spareBytes: usize = 128

/** Bytes of scratch memory that `multiplyPacked` needs. */
export const packedScratch: usize = spareBytes + <usize>(mostRows * blockDepth * 4)

/** Bytes that a packed B(k × n) takes. */
export function packedBytes(n: i32, k: i32): i32 {
  return ((n + 7) & ~7) * k * 4
}

/** Packs B(k × n), its strides in floats, for `multiplyPacked`. */
export function packWhole(b: usize, bColumn: i32, bDepth: i32, n: i32, k: i32, to: usize): void {
  const depth = share(k, blockDepth)
  for (let p = 0; p < k; p += depth) {
    const deep = min(k - p, depth)
    packColumns(b + (<usize>(p * bDepth) << 2), <usize>bColumn << 2, <usize>bDepth << 2, n, deep, to)
    to += packedBytes(n, deep)
  }
}

/** One row of A and 8 columns of B, `k` deep (at least 1): c = start + a·b. */
function rowOfPanel(a: usize, b: usize, k: i32, c: usize, start: usize): void {
  let c0 = f32x4.splat(0)
  let c1 = f32x4.splat(0)
  do {
    const s = v128.load_splat<f32>(a)
    c0 = f32x4.add(c0, f32x4.mul(s, v128.load(b)))
    c1 = f32x4.add(c1, f32x4.mul(s, v128.load(b, 16)))
    a += 4
    b += 32
  } while (--k)
  v128.store(c, f32x4.add(c0, v128.load(start)))
  v128.store(c, f32x4.add(c1, v128.load(start, 16)), 16)
}

/** The same of two panels, which wait for each other less. */
function rowOfPanels(a: usize, b: usize, k: i32, c: usize, start: usize): void {
  let c0 = f32x4.splat(0)
  let c1 = f32x4.splat(0)
  let c2 = f32x4.splat(0)
  let c3 = f32x4.splat(0)
  let d = b + <usize>k * 32
  do {
    const s = v128.load_splat<f32>(a)
    c0 = f32x4.add(c0, f32x4.mul(s, v128.load(b)))
    c1 = f32x4.add(c1, f32x4.mul(s, v128.load(b, 16)))
    c2 = f32x4.add(c2, f32x4.mul(s, v128.load(d)))
    c3 = f32x4.add(c3, f32x4.mul(s, v128.load(d, 16)))
    a += 4
    b += 32
    d += 32
  } while (--k)
  v128.store(c, f32x4.add(c0, v128.load(start)))
  v128.store(c, f32x4.add(c1, v128.load(start, 16)), 16)
  v128.store(c, f32x4.add(c2, v128.load(start, 32)), 32)
  v128.store(c, f32x4.add(c3, v128.load(start, 48)), 48)
}

/** One row of C, to the bits of a tile, which would compute four. */
function multiplyRow(
  a: usize,
  b: usize,
  n: i32,
  k: i32,
  c: usize,
  start: usize,
  zeros: usize,
  spare: usize,
): void {
  const panel = <usize>k * 32
  for (; n >= 16; n -= 16) {
    rowOfPanels(a, b, k, c, start)
    b += panel * 2
    c += 64
    start += 64
  }
  if (n >= 8) {
    rowOfPanel(a, b, k, c, start)
    b += panel
    c += 32
    start += 32
    n -= 8
  }
  if (n == 0) return
  rowOfPanel(a, b, k, spare, zeros)
  for (let j: usize = 0; j < <usize>n << 2; j += 4)
    store<f32>(c + j, load<f32>(spare + j) + load<f32>(start + j))
}

/**
 * C(rows × n) = start + A(rows × k)·B, in the order in which `gemm` adds. Strides in bytes; A's columns and C's are
 * adjacent. `start` is C itself to go on adding, or a row for all (stride 0). `zeros`: 8 floats.
 */
export function multiplyPacked(
  a: usize,
  aRow: usize,
  rows: i32,
  b: usize,
  n: i32,
  k: i32,
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  zeros: usize,
  scratch: usize,
): void {
  const depth = share(k, blockDepth)
  const packedRows = scratch + spareBytes
  const quads = rows & ~3
  for (let p = 0; p < k; p += depth) {
    const deep = min(k - p, depth)
    const at = a + (<usize>p << 2)
    const from = p > 0 ? c : start
    const step = p > 0 ? cRow : startRow
    if (quads > 0) {
      packRows(at, aRow, 4, quads, deep, packedRows)
      multiplyBlock(packedRows, b, quads, n, deep, c, cRow, from, step, 0, zeros, scratch)
    }
    for (let row = <usize>quads; row < <usize>rows; row++)
      multiplyRow(at + row * aRow, b, n, deep, c + row * cRow, from + row * step, zeros, scratch)
    b += packedBytes(n, deep)
  }
}
