import { blockColumns, blockDepth, blockRows, gemm, gemmScratch, headBytes, share, zerosBytes } from './gemm'
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

/** y = bias + conv(x, filter), then relu if asked for. Filter (height, width, inChannels, outChannels). */
export function convolve(
  w: Window,
  x: usize,
  filter: usize,
  y: usize,
  bias: usize,
  relu: bool,
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
  for (let j = 0; j < n; j += blockColumns) {
    const columns = min(n - j, blockColumns)
    for (let p = 0; p < k; p += depth) {
      const deep = min(k - p, depth)
      const last = p + deep == k
      packColumns(filter + ((<usize>(p * n + j)) << 2), 4, rowBytes, columns, deep, packedColumns)
      for (let i = 0; i < pixels; i += blockRows) {
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
          relu && last,
          zeros,
          spare,
        )
      }
    }
  }
}

/** dFilter = patches(x)ᵀ·dy, summed over pixels in blocks of `blockDepth`, in their order; `add`: on top of what is there. */
export function convolveFilterGradient(
  w: Window,
  x: usize,
  dy: usize,
  dFilter: usize,
  add: bool,
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
  const depth = share(pixels, blockDepth)
  for (let p = 0; p < pixels; p += depth) {
    const deep = min(pixels - p, depth)
    locate(w, x, p, deep, places)
    for (let j = 0; j < n; j += blockColumns) {
      const columns = min(n - j, blockColumns)
      packColumns(dy + ((<usize>(p * n + j)) << 2), 4, rowBytes, columns, deep, packedColumns)
      for (let i = 0; i < k; i += blockRows) {
        const rows = min(k - i, blockRows)
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
          false,
          zeros,
          spare,
        )
      }
    }
  }
}

/** dx = the patches dy·filterᵀ added back where they came from; `add`: on top of what is there. */
export function convolveInputGradient(
  w: Window,
  dy: usize,
  filter: usize,
  dx: usize,
  add: bool,
  scratch: usize,
): void {
  const n = w.outChannels
  const pixels = w.batch * w.outHeight * w.outWidth
  const k = w.height * w.width * w.inChannels
  const places = scratch + <usize>gemmScratch()
  const patches = places + <usize>(max(blockDepth, scatterRows) * placeBytes)
  if (!add) memory.fill(dx, 0, (<usize>(w.batch * w.inHeight * w.inWidth * w.inChannels)) << 2)
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
  for (let i = 0; i < pixels; i += scatterRows) {
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
            false,
            zeros,
            spare,
          )
      }
    else gemm(from, n, 1, filter, n, 1, patches, k, rows, k, n, 0, false, scratch)
    scatter(w, places, rows, patches, patchBytes)
  }
}
