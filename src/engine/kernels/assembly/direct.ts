// Convolutions whose patches are read where they lie, in images with a margin of zeros: no packing of patches, which
// costs as much as the products where channels are few. Output channels are multiples of 8, no dilation.
import { packColumns } from './pack'
import { tileOfRuns, tileOfSteps } from './runs'
import { Window } from './window'

/** Rows and columns of the image that the windows see, margins included. */
@inline
function seenHeight(w: Window): i32 {
  return (w.outHeight - 1) * w.strideY + w.height
}
@inline
function seenWidth(w: Window): i32 {
  return (w.outWidth - 1) * w.strideX + w.width
}

/** Bytes of scratch memory that the direct kernels need. */
export function directScratch(w: Window): i32 {
  return (64 + seenHeight(w) * seenWidth(w) * w.inChannels + w.height * w.width * w.inChannels * w.outChannels) * 4
}

/** Have all windows their pixels inside the image? */
@inline
function isWhole(w: Window): bool {
  return (
    w.padTop == 0 && w.padLeft == 0 && seenHeight(w) <= w.inHeight && seenWidth(w) <= w.inWidth
  )
}

/** Copies what the windows see of an image, zeros where it is outside. */
function copySeen(w: Window, image: usize, dst: usize): void {
  const channelBytes = <usize>w.inChannels << 2
  const height = seenHeight(w)
  const width = seenWidth(w)
  const line = <usize>width * channelBytes
  memory.fill(dst, 0, <usize>height * line)
  const columns = min(w.inWidth, width - w.padLeft)
  for (let row = 0; row < min(w.inHeight, height - w.padTop); row++)
    memory.copy(
      dst + <usize>(row + w.padTop) * line + <usize>w.padLeft * channelBytes,
      image + <usize>(row * w.inWidth) * channelBytes,
      <usize>columns * channelBytes,
    )
}

/** y = bias + conv(x, filter), then the bend, of images `first` to `end`. At least 4 output columns. */
export function directConvolve(
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
  const n = w.outChannels
  const run = w.width * w.inChannels
  const k = w.height * run
  const channelBytes = <usize>w.inChannels << 2
  const rowBytes = <usize>n << 2
  const zeros = scratch
  const panels = scratch + 256
  const seen = panels + <usize>k * rowBytes
  memory.fill(zeros, 0, 64)
  packColumns(filter, 4, rowBytes, n, k, panels)
  const whole = isWhole(w)
  const line = <usize>(whole ? w.inWidth : seenWidth(w)) * channelBytes
  const pixelBytes = <usize>w.strideX * channelBytes
  for (let image = first; image < end; image++) {
    let src = x + <usize>(image * w.inHeight * w.inWidth) * channelBytes
    if (!whole) {
      copySeen(w, src, seen)
      src = seen
    }
    let out = y + <usize>(image * w.outHeight * w.outWidth) * rowBytes
    for (let row = 0; row < w.outHeight; row++) {
      const top = src + <usize>(row * w.strideY) * line
      for (let j = 0; j < n; j += 8) {
        const panel = panels + <usize>j * (<usize>k << 2)
        const start = bias == 0 ? zeros : bias + (<usize>j << 2)
        for (let column = 0; column < w.outWidth; column += 4) {
          // The last four begin earlier, where the width is not a multiple of 4.
          const at = <usize>min(column, w.outWidth - 4)
          tileOfRuns(
            top + at * pixelBytes,
            pixelBytes,
            line,
            run,
            w.height,
            panel,
            out + at * rowBytes + (<usize>j << 2),
            rowBytes,
            start,
            0,
            bend,
          )
        }
      }
      out += <usize>w.outWidth * rowBytes
    }
  }
}

/**
 * Partial sums of dFilter(height·width·inChannels × outChannels): those of chunk i, of `each` images, at
 * `partials` + i·filter. Chunks `first` to `end`.
 */
export function directPartials(
  w: Window,
  x: usize,
  dy: usize,
  partials: usize,
  each: i32,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const n = w.outChannels
  const run = w.width * w.inChannels
  const k = w.height * run
  const channelBytes = <usize>w.inChannels << 2
  const rowBytes = <usize>n << 2
  const seen = scratch + 256
  const spare = scratch
  const whole = isWhole(w)
  const line = <usize>(whole ? w.inWidth : seenWidth(w)) * channelBytes
  const step = <usize>w.strideX * channelBytes
  const jump = <usize>w.strideY * line - <usize>w.outWidth * step
  // Some 128 pixels at once: their gradients stay in the first cache.
  const strip = max(1, 128 / w.outWidth)
  for (let chunk = first; chunk < end; chunk++) {
    const sums = partials + <usize>(chunk * k) * rowBytes
    const last = min(w.batch, (chunk + 1) * each)
    for (let image = chunk * each; image < last; image++) {
      let src = x + <usize>(image * w.inHeight * w.inWidth) * channelBytes
      if (!whole) {
        copySeen(w, src, seen)
        src = seen
      }
      const gradient = dy + <usize>(image * w.outHeight * w.outWidth) * rowBytes
      for (let row = 0; row < w.outHeight; row += strip) {
        const rows = min(strip, w.outHeight - row)
        const top = src + <usize>(row * w.strideY) * line
        const from = gradient + <usize>(row * w.outWidth) * rowBytes
        const add = image > chunk * each || row > 0
        for (let i = 0; i < k; i += 4) {
          const count = min(4, k - i)
          const a0 = top + <usize>(i / run) * line + (<usize>(i % run) << 2)
          const i1 = min(i + 1, k - 1)
          const i2 = min(i + 2, k - 1)
          const i3 = min(i + 3, k - 1)
          const a1 = top + <usize>(i1 / run) * line + (<usize>(i1 % run) << 2)
          const a2 = top + <usize>(i2 / run) * line + (<usize>(i2 % run) << 2)
          const a3 = top + <usize>(i3 / run) * line + (<usize>(i3 % run) << 2)
          for (let j = 0; j < n; j += 8) {
            const cell = sums + <usize>i * rowBytes + (<usize>j << 2)
            const b = from + (<usize>j << 2)
            if (count == 4) tileOfSteps(a0, a1, a2, a3, step, jump, b, rowBytes, 0, w.outWidth, rows, cell, rowBytes, add)
            else {
              // Rows behind the filter's last element are computed and left.
              for (let r = 0; r < count; r++) {
                v128.store(spare + (<usize>r << 5), add ? v128.load(cell + <usize>r * rowBytes) : f32x4.splat(0))
                v128.store(spare + (<usize>r << 5), add ? v128.load(cell + <usize>r * rowBytes, 16) : f32x4.splat(0), 16)
              }
              tileOfSteps(a0, a1, a2, a3, step, jump, b, rowBytes, 0, w.outWidth, rows, spare, 32, true)
              for (let r = 0; r < count; r++) {
                v128.store(cell + <usize>r * rowBytes, v128.load(spare + (<usize>r << 5)))
                v128.store(cell + <usize>r * rowBytes, v128.load(spare + (<usize>r << 5), 16), 16)
              }
            }
          }
        }
      }
    }
  }
}
