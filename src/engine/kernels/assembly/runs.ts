// Innermost products of a 4×8 tile whose A is read where it lies, without packing. No block of
// code loads more than a step of the sum takes, as in tile.ts.
import { bent } from './bend'

/**
 * C = start + A·B. A: 4 rows `aRow` bytes apart, each of `runs` stretches of `n` adjacent floats, one stretch beginning
 * `aJump` bytes behind the one before it. B: a packed panel of 8 columns, runs·n deep. `start` and `bend` as in `tile`.
 */
export function tileOfRuns(
  a: usize,
  aRow: usize,
  aJump: usize,
  n: i32,
  runs: i32,
  b: usize,
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
  const back = (<usize>n) << 2
  let row0 = a
  let row1 = row0 + aRow
  let row2 = row1 + aRow
  let row3 = row2 + aRow
  do {
    let left = n
    while (true) {
      const b0 = v128.load(b)
      const b1 = v128.load(b, 16)
      const a0 = v128.load_splat<f32>(row0)
      c00 = f32x4.add(c00, f32x4.mul(a0, b0))
      c01 = f32x4.add(c01, f32x4.mul(a0, b1))
      const a1 = v128.load_splat<f32>(row1)
      c10 = f32x4.add(c10, f32x4.mul(a1, b0))
      c11 = f32x4.add(c11, f32x4.mul(a1, b1))
      const a2 = v128.load_splat<f32>(row2)
      c20 = f32x4.add(c20, f32x4.mul(a2, b0))
      c21 = f32x4.add(c21, f32x4.mul(a2, b1))
      const a3 = v128.load_splat<f32>(row3)
      c30 = f32x4.add(c30, f32x4.mul(a3, b0))
      c31 = f32x4.add(c31, f32x4.mul(a3, b1))
      // The loads of the second step stay behind this, in a block of their own.
      if (left == 1) {
        row0 += 4
        row1 += 4
        row2 += 4
        row3 += 4
        b += 32
        break
      }
      const b2 = v128.load(b, 32)
      const b3 = v128.load(b, 48)
      const a4 = v128.load_splat<f32>(row0, 4)
      c00 = f32x4.add(c00, f32x4.mul(a4, b2))
      c01 = f32x4.add(c01, f32x4.mul(a4, b3))
      const a5 = v128.load_splat<f32>(row1, 4)
      c10 = f32x4.add(c10, f32x4.mul(a5, b2))
      c11 = f32x4.add(c11, f32x4.mul(a5, b3))
      const a6 = v128.load_splat<f32>(row2, 4)
      c20 = f32x4.add(c20, f32x4.mul(a6, b2))
      c21 = f32x4.add(c21, f32x4.mul(a6, b3))
      const a7 = v128.load_splat<f32>(row3, 4)
      c30 = f32x4.add(c30, f32x4.mul(a7, b2))
      c31 = f32x4.add(c31, f32x4.mul(a7, b3))
      row0 += 8
      row1 += 8
      row2 += 8
      row3 += 8
      b += 64
      left -= 2
      if (left == 0) break
    }
    row0 += aJump - back
    row1 += aJump - back
    row2 += aJump - back
    row3 += aJump - back
  } while (--runs)
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

@inline
function steps(
  adjacent: bool,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  aStep: usize,
  aJump: usize,
  b: usize,
  bStep: usize,
  bJump: usize,
  n: i32,
  runs: i32,
  c: usize,
  cRow: usize,
  add: bool,
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
    let left = n
    do {
      const b0 = v128.load(b)
      const b1 = v128.load(b, 16)
      const s0 = v128.load_splat<f32>(a0)
      c00 = f32x4.add(c00, f32x4.mul(s0, b0))
      c01 = f32x4.add(c01, f32x4.mul(s0, b1))
      const s1 = adjacent ? v128.load_splat<f32>(a0, 4) : v128.load_splat<f32>(a1)
      c10 = f32x4.add(c10, f32x4.mul(s1, b0))
      c11 = f32x4.add(c11, f32x4.mul(s1, b1))
      const s2 = adjacent ? v128.load_splat<f32>(a0, 8) : v128.load_splat<f32>(a2)
      c20 = f32x4.add(c20, f32x4.mul(s2, b0))
      c21 = f32x4.add(c21, f32x4.mul(s2, b1))
      const s3 = adjacent ? v128.load_splat<f32>(a0, 12) : v128.load_splat<f32>(a3)
      c30 = f32x4.add(c30, f32x4.mul(s3, b0))
      c31 = f32x4.add(c31, f32x4.mul(s3, b1))
      a0 += aStep
      if (!adjacent) {
        a1 += aStep
        a2 += aStep
        a3 += aStep
      }
      b += bStep
    } while (--left)
    a0 += aJump
    if (!adjacent) {
      a1 += aJump
      a2 += aJump
      a3 += aJump
    }
    b += bJump
  } while (--runs)
  if (add) {
    c00 = f32x4.add(v128.load(c), c00)
    c01 = f32x4.add(v128.load(c, 16), c01)
    const r1 = c + cRow
    c10 = f32x4.add(v128.load(r1), c10)
    c11 = f32x4.add(v128.load(r1, 16), c11)
    const r2 = r1 + cRow
    c20 = f32x4.add(v128.load(r2), c20)
    c21 = f32x4.add(v128.load(r2, 16), c21)
    const r3 = r2 + cRow
    c30 = f32x4.add(v128.load(r3), c30)
    c31 = f32x4.add(v128.load(r3, 16), c31)
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

/**
 * C += AᵀB. Both are read where they lie: step i of `n` has the 4 floats of A at `a` + i·aStep, the 8 of B at `b` + i·bStep;
 * after `n` steps both move on by their jumps, `runs` times in all. Floats of A side by side
 * share an address.
 */
export function tileOfSteps(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  aStep: usize,
  aJump: usize,
  b: usize,
  bStep: usize,
  bJump: usize,
  n: i32,
  runs: i32,
  c: usize,
  cRow: usize,
  add: bool,
): void {
  if (a1 == a0 + 4 && a2 == a0 + 8 && a3 == a0 + 12)
    steps(true, a0, a1, a2, a3, aStep, aJump, b, bStep, bJump, n, runs, c, cRow, add)
  else steps(false, a0, a1, a2, a3, aStep, aJump, b, bStep, bJump, n, runs, c, cRow, add)
}
