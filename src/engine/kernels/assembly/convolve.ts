import {
  blockColumns,
  blockDepth,
  blockRows,
  gemm,
  gemmParts,
  gemmScratch,
  headBytes,
  share,
  zerosBytes,
} from './gemm'
import { packColumns, packRows } from './pack'
import { locate, packElements, packPixels, placeBytes, scatter } from './patches'
import { multiplyBlock } from './tile'
import { Window } from './window'

/** Output pixels whose patches are added back to the image at once. */
const scatterRows: i32 = 128

/** A filter of up to so many floats is packed once for the whole input gradient. */
const keptFilter: i32 = 262144

/** Bytes of scratch memory that the convolutions need for patches of `k` elements. */
export function convolveScratch(k: i32): i32 {
  return (
    gemmScratch() +
    max(blockDepth, scatterRows) * placeBytes +
    scatterRows * k * 4 +
    (keptFilter + blockDepth * 8) * 4
  )
}

/** Blocks of y that a convolution of so many pixels gives. */
export function convolveBlocks(pixels: i32, n: i32): i32 {
  return ((pixels + blockRows - 1) / blockRows) * ((n + blockColumns - 1) / blockColumns)
}

/**
 * y = bias + conv(x, filter), then the bend. Filter (height, width, inChannels, outChannels). Computes the
 * blocks of y(pixels × outChannels) from `first` to `end`, counted down the columns.
 */
export function convolve(
  w: Window,
  x: usize,
  filter: usize,
  y: usize,
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
  const places = packedColumns + blockDepth * blockColumns * 4
  const n = w.outChannels
  const pixels = w.batch * w.outHeight * w.outWidth
  const k = w.height * w.width * w.inChannels
  const rowBytes = (<usize>n) << 2
  const depth = share(k, blockDepth)
  const down = (pixels + blockRows - 1) / blockRows
  for (let column = first / down; column * down < end; column++) {
    const top = max(first - column * down, 0) * blockRows
    const bottom = min(min(end - column * down, down) * blockRows, pixels)
    const j = column * blockColumns
    const columns = min(n - j, blockColumns)
    for (let p = 0; p < k; p += depth) {
      const deep = min(k - p, depth)
      const last = p + deep == k
      packColumns(filter + ((<usize>(p * n + j)) << 2), 4, rowBytes, columns, deep, packedColumns)
      for (let i = top; i < bottom; i += blockRows) {
        const rows = min(pixels - i, blockRows)
        locate(w, x, i, rows, places)
        packPixels(w, places, rows, p, p + deep, packedRows, zeros)
        const cell = y + ((<usize>(i * n + j)) << 2)
        const start = p > 0 ? cell : bias == 0 ? zeros : bias + ((<usize>j) << 2)
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

/** Rows or columns of a filter's gradient that are computed together. */
const filterRows: i32 = 16
const filterColumns: i32 = 8

/** Is the gradient of a filter with patches of `k` elements split into rows? Each part packs dy, else the patches. */
@inline
function splitsRows(k: i32): bool {
  return k >= 64
}

/** Parts of a filter's gradient, for `convolveFilterGradient`. */
export function filterParts(k: i32, n: i32): i32 {
  return splitsRows(k) ? (k + filterRows - 1) / filterRows : (n + filterColumns - 1) / filterColumns
}

/**
 * dFilter = patches(x)ᵀ·dy, summed over pixels in blocks of `blockDepth`, in their order; `add`: on top of what is
 * there. Computes the parts from `first` to `end`.
 */
export function convolveFilterGradient(
  w: Window,
  x: usize,
  dy: usize,
  dFilter: usize,
  add: bool,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const zeros = scratch
  const spare = scratch + zerosBytes
  memory.fill(zeros, 0, zerosBytes)
  const packedRows = scratch + headBytes
  const packedColumns = packedRows + blockRows * blockDepth * 4
  const places = packedColumns + blockDepth * blockColumns * 4
  const n = w.outChannels
  const pixels = w.batch * w.outHeight * w.outWidth
  const k = w.height * w.width * w.inChannels
  const rowBytes = (<usize>n) << 2
  const byRows = splitsRows(k)
  const top = byRows ? first * filterRows : 0
  const bottom = byRows ? min(end * filterRows, k) : k
  const left = byRows ? 0 : first * filterColumns
  const right = byRows ? n : min(end * filterColumns, n)
  const depth = share(pixels, blockDepth)
  for (let p = 0; p < pixels; p += depth) {
    const deep = min(pixels - p, depth)
    locate(w, x, p, deep, places)
    for (let j = left; j < right; j += blockColumns) {
      const columns = min(right - j, blockColumns)
      packColumns(dy + ((<usize>(p * n + j)) << 2), 4, rowBytes, columns, deep, packedColumns)
      for (let i = top; i < bottom; i += blockRows) {
        const rows = min(bottom - i, blockRows)
        packElements(w, places, deep, i, i + rows, packedRows)
        const cell = dFilter + ((<usize>(i * n + j)) << 2)
        multiplyBlock(
          packedRows,
          packedColumns,
          rows,
          columns,
          deep,
          cell,
          rowBytes,
          p > 0 || add ? cell : zeros,
          p > 0 || add ? rowBytes : 0,
          0,
          zeros,
          spare,
        )
      }
    }
  }
}

/**
 * dx = the patches dy·filterᵀ added back where they came from; `add`: on top of what is there. Computes the images
 * from `first` to `end`.
 */
export function convolveInputGradient(
  w: Window,
  dy: usize,
  filter: usize,
  dx: usize,
  add: bool,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const n = w.outChannels
  const area = w.outHeight * w.outWidth
  const pixels = end * area
  const k = w.height * w.width * w.inChannels
  const places = scratch + <usize>gemmScratch()
  const patches = places + <usize>(max(blockDepth, scatterRows) * placeBytes)
  const imageBytes = (<usize>(w.inHeight * w.inWidth * w.inChannels)) << 2
  if (!add) memory.fill(dx + <usize>first * imageBytes, 0, <usize>(end - first) * imageBytes)
  const rowBytes = (<usize>n) << 2
  const patchBytes = (<usize>k) << 2
  const zeros = scratch
  const spare = scratch + zerosBytes
  const packedRows = scratch + headBytes
  const kept = patches + <usize>scatterRows * patchBytes
  const keep = n <= blockDepth && n * k <= keptFilter
  if (keep) {
    memory.fill(zeros, 0, zerosBytes)
    packColumns(filter, rowBytes, 4, k, n, kept)
  }
  for (let i = first * area; i < pixels; i += scatterRows) {
    const rows = min(pixels - i, scatterRows)
    const from = dy + <usize>i * rowBytes
    locate(w, dx, i, rows, places)
    if (keep)
      for (let row = 0; row < rows; row += blockRows) {
        const some = min(rows - row, blockRows)
        packRows(from + <usize>row * rowBytes, rowBytes, 4, some, n, packedRows)
        for (let j = 0; j < k; j += blockColumns)
          multiplyBlock(
            packedRows,
            kept + <usize>j * rowBytes,
            some,
            min(k - j, blockColumns),
            n,
            patches + <usize>row * patchBytes + ((<usize>j) << 2),
            patchBytes,
            zeros,
            0,
            0,
            zeros,
            spare,
          )
      }
    else gemm(from, n, 1, filter, n, 1, patches, k, rows, k, n, 0, 0, 0, gemmParts(rows, k), scratch)
    scatter(w, places, rows, patches, patchBytes)
  }
}
