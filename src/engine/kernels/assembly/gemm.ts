import { packColumns, packRows } from './pack'
import { multiplyBlock } from './tile'

// Sizes of the blocks, in elements: a block of A stays in the second cache, a panel of B in the first.
export const blockRows: i32 = 128
export const blockColumns: i32 = 256
export const blockDepth: i32 = 384
/** Bytes at the head of the scratch memory: zeros, as many as a block is deep, then a spare tile. */
export const zerosBytes: usize = 384 * 4
export const headBytes: usize = 384 * 4 + 128

/** An even share of `k`, at most `limit`: 400 is cut into 200 and 200, not into 384 and 16. */
@inline
export function share(k: i32, limit: i32): i32 {
  const parts = (k + limit - 1) / limit
  return (k + parts - 1) / parts
}

/** Bytes of scratch memory that `gemm` needs, whatever the shapes. */
export function gemmScratch(): i32 {
  return <i32>headBytes + (blockRows * blockDepth + blockDepth * blockColumns) * 4
}

/** A product has at least so many parts where each still has 16 rows and columns: each packs what all of them need. */
const fewestParts: i32 = 4
const leastSide: i32 = 16

@inline
function ceil(a: i32, b: i32): i32 {
  return (a + b - 1) / b
}

/** Rows of a part of C. */
@inline
function partRows(m: i32, n: i32): i32 {
  const across = ceil(n, blockColumns)
  const down = n >= m ? 1 : ceil(fewestParts, across)
  return min(blockRows, max(leastSide, ceil(ceil(m, down), 4) * 4))
}

/** Columns of a part of C. */
@inline
function partColumns(m: i32, n: i32): i32 {
  const down = ceil(m, blockRows)
  const across = n < m ? 1 : ceil(fewestParts, down)
  return min(blockColumns, max(leastSide, ceil(ceil(n, across), 8) * 8))
}

/** Parts of C that the product of so many rows and columns consists of. */
export function gemmParts(m: i32, n: i32): i32 {
  return ceil(m, partRows(m, n)) * ceil(n, partColumns(m, n))
}

/**
 * C(m × n) = bias + A(m × k)·B(k × n), then the bend. Strides in floats; C's columns are adjacent.
 * `bias` has n floats, or is 0 for none. The order of addition depends on the shapes alone. Computes the parts of C
 * from `first` to `end`; they are counted down the columns.
 */
export function gemm(
  a: usize,
  aRow: i32,
  aDepth: i32,
  b: usize,
  bColumn: i32,
  bDepth: i32,
  c: usize,
  cRow: i32,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  bend: i32,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const zeros = scratch
  const spare = scratch + zerosBytes
  memory.fill(zeros, 0, zerosBytes)
  const packedRows = scratch + headBytes
  const packedColumns = packedRows + blockRows * blockDepth * 4
  const rowBytes = <usize>cRow << 2
  const depth = share(k, blockDepth)
  const partHeight = partRows(m, n)
  const partWidth = partColumns(m, n)
  const down = ceil(m, partHeight)
  for (let column = first / down; column * down < end; ) {
    const top = max(first - column * down, 0) * partHeight
    const bottom = min(min(end - column * down, down) * partHeight, m)
    const j = column * partWidth
    // Columns of parts that are computed whole are one, as long as it fits.
    let columns = min(n - j, partWidth)
    column++
    if (top == 0 && bottom == m)
      while ((column + 1) * down <= end && columns + partWidth <= blockColumns && j + columns < n) {
        columns = min(n - j, columns + partWidth)
        column++
      }
    for (let p = 0; p < k; p += depth) {
      const deep = min(k - p, depth)
      const last = p + deep == k
      packColumns(
        b + (<usize>(j * bColumn + p * bDepth) << 2),
        <usize>bColumn << 2,
        <usize>bDepth << 2,
        columns,
        deep,
        packedColumns,
      )
      for (let i = top; i < bottom; i += blockRows) {
        const rows = min(bottom - i, blockRows)
        packRows(
          a + (<usize>(i * aRow + p * aDepth) << 2),
          <usize>aRow << 2,
          <usize>aDepth << 2,
          rows,
          deep,
          packedRows,
        )
        const cell = c + (<usize>(i * cRow + j) << 2)
        const start = p > 0 ? cell : bias == 0 ? zeros : bias + (<usize>j << 2)
        multiplyBlock(
          packedRows,
          packedColumns,
          rows,
          columns,
          deep,
          cell,
          rowBytes,
          start,
          p > 0 ? rowBytes : 0,
          last ? bend : 0,
          zeros,
          spare,
        )
      }
    }
  }
}

/** Steps of the long sum that are added up before they are added to C. */
export function gemmDepth(k: i32): i32 {
  return share(k, blockDepth)
}

/**
 * The products of the stretches of k (`gemmDepth`) from `first` to `end`, into partials(stretches × m × n): `sumPartials`
 * adds them to the same bits as `gemm`. For small C and long sums, where parts of C would each read all of A or B.
 */
export function gemmPartials(
  a: usize,
  aRow: i32,
  aDepth: i32,
  b: usize,
  bColumn: i32,
  bDepth: i32,
  partials: usize,
  m: i32,
  n: i32,
  k: i32,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const depth = gemmDepth(k)
  const bytes = <usize>(m * n) << 2
  const parts = gemmParts(m, n)
  for (let i = first; i < end; i++) {
    const p = i * depth
    const deep = min(k - p, depth)
    const at = a + (<usize>(p * aDepth) << 2)
    const bt = b + (<usize>(p * bDepth) << 2)
    const to = partials + <usize>i * bytes
    gemm(at, aRow, aDepth, bt, bColumn, bDepth, to, n, m, n, deep, 0, 0, 0, parts, scratch)
  }
}
