// Packing: panels of 4 rows (of A) or 8 columns (of B) laid out so that the tile reads memory straight on.
// Element (lane, p) of the source lies at src + lane·laneStep + p·depthStep (bytes); lanes missing at the edge are 0.

/** Transposes the 4×4 floats at `r0`…`r3` into four rows `step` bytes apart. */
@inline
export function transpose4(r0: v128, r1: v128, r2: v128, r3: v128, dst: usize, step: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
  v128.store(dst, v128.shuffle<f64>(low01, low23, 0, 2))
  v128.store(dst + step, v128.shuffle<f64>(low01, low23, 1, 3))
  v128.store(dst + step * 2, v128.shuffle<f64>(high01, high23, 0, 2))
  v128.store(dst + step * 3, v128.shuffle<f64>(high01, high23, 1, 3))
}

function packQuad(
  src: usize,
  laneStep: usize,
  depthStep: usize,
  lanes: i32,
  k: i32,
  dst: usize,
  step: usize,
): void {
  if (lanes >= 4 && laneStep == 4) {
    do {
      v128.store(dst, v128.load(src))
      src += depthStep
      dst += step
    } while (--k)
    return
  }
  if (lanes >= 4 && depthStep == 4) {
    const lane1 = laneStep
    const lane2 = laneStep * 2
    const lane3 = laneStep * 3
    let fours = k >> 2
    k &= 3
    while (fours > 0) {
      transpose4(
        v128.load(src),
        v128.load(src + lane1),
        v128.load(src + lane2),
        v128.load(src + lane3),
        dst,
        step,
      )
      src += 16
      dst += step * 4
      fours--
    }
  }
  while (k > 0) {
    for (let lane = 0; lane < 4; lane++)
      store<f32>(
        dst + ((<usize>lane) << 2),
        lane < lanes ? load<f32>(src + <usize>lane * laneStep) : <f32>0,
      )
    src += depthStep
    dst += step
    k--
  }
}

/**
 * Four vectors of each of `k` steps to four places: whole cache lines are read, of which the next step's lie in the same
 * few sets where rows are powers of two apart.
 */
@inline
function packLine(
  src: usize,
  depthStep: usize,
  k: i32,
  to0: usize,
  to1: usize,
  to2: usize,
  to3: usize,
  step: usize,
): void {
  do {
    v128.store(to0, v128.load(src))
    v128.store(to1, v128.load(src, 16))
    v128.store(to2, v128.load(src, 32))
    v128.store(to3, v128.load(src, 48))
    src += depthStep
    to0 += step
    to1 += step
    to2 += step
    to3 += step
  } while (--k)
}

/** `rows` of A (at least 1), `k` deep (at least 1), as panels of 4. */
export function packRows(src: usize, rowStep: usize, depthStep: usize, rows: i32, k: i32, dst: usize): void {
  const panel = <usize>k * 16
  let i = 0
  if (rowStep == 4)
    for (; i + 16 <= rows; i += 16) {
      packLine(src, depthStep, k, dst, dst + panel, dst + panel * 2, dst + panel * 3, 16)
      src += 64
      dst += panel * 4
    }
  for (; i < rows; i += 4) {
    packQuad(src, rowStep, depthStep, rows - i, k, dst, 16)
    src += rowStep * 4
    dst += panel
  }
}

/** `columns` of B, `k` deep, as panels of 8. */
export function packColumns(
  src: usize,
  columnStep: usize,
  depthStep: usize,
  columns: i32,
  k: i32,
  dst: usize,
): void {
  const panel = <usize>k * 32
  let j = 0
  if (columnStep == 4)
    for (; j + 16 <= columns; j += 16) {
      packLine(src, depthStep, k, dst, dst + 16, dst + panel, dst + panel + 16, 32)
      src += 64
      dst += panel * 2
    }
  for (; j < columns; j += 8) {
    packQuad(src, columnStep, depthStep, columns - j, k, dst, 32)
    packQuad(src + columnStep * 4, columnStep, depthStep, columns - j - 4, k, dst + 16, 32)
    src += columnStep * 8
    dst += panel
  }
}
