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
  for (let p = 0; p < k; p += depth) {
    const deep = min(k - p, depth)
    packRows(a + (<usize>p << 2), aRow, 4, rows, deep, packedRows)
    const from = p > 0 ? c : start
    const step = p > 0 ? cRow : startRow
    multiplyBlock(packedRows, b, rows, n, deep, c, cRow, from, step, 0, zeros, scratch)
    b += packedBytes(n, deep)
  }
}
