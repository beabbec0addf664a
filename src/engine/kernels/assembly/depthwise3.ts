// Depthwise convolutions with 3×3 filters, one output channel for each channel, channels in fours: rows of taps, or their
// sums, stay in registers. Images get a margin of zeros first, so that no window looks at its place.
import { Window } from './window'

/** Rows and columns of the image that the windows see, margins included. */
@inline
function seenHeight(w: Window): i32 {
  return (w.outHeight - 1) * w.strideY + 3
}
@inline
function seenWidth(w: Window): i32 {
  return (w.outWidth - 1) * w.strideX + 3
}

/** Bytes of scratch memory that these kernels need. */
export function depthwise3Scratch(w: Window): i32 {
  return seenHeight(w) * seenWidth(w) * w.inChannels * 4
}

/** Copies an image into its margin. */
function copyWithin(w: Window, image: usize, dst: usize): void {
  const channelBytes = <usize>w.inChannels << 2
  const width = seenWidth(w)
  const height = seenHeight(w)
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

/** Four channels of four pixels side by side, `bytes` apart in x and y; a row of taps in each turn. */
@inline
function fourPixels(x: usize, line: usize, bytes: usize, filter: usize, tap: usize, y: usize): void {
  let y0 = f32x4.splat(0)
  let y1 = f32x4.splat(0)
  let y2 = f32x4.splat(0)
  let y3 = f32x4.splat(0)
  let rows = 3
  do {
    const f0 = v128.load(filter)
    const f1 = v128.load(filter + tap)
    const f2 = v128.load(filter + tap * 2)
    const x0 = v128.load(x)
    const x1 = v128.load(x + bytes)
    const x2 = v128.load(x + bytes * 2)
    const x3 = v128.load(x + bytes * 3)
    const x4 = v128.load(x + bytes * 4)
    const x5 = v128.load(x + bytes * 5)
    y0 = f32x4.add(y0, f32x4.add(f32x4.add(f32x4.mul(x0, f0), f32x4.mul(x1, f1)), f32x4.mul(x2, f2)))
    y1 = f32x4.add(y1, f32x4.add(f32x4.add(f32x4.mul(x1, f0), f32x4.mul(x2, f1)), f32x4.mul(x3, f2)))
    y2 = f32x4.add(y2, f32x4.add(f32x4.add(f32x4.mul(x2, f0), f32x4.mul(x3, f1)), f32x4.mul(x4, f2)))
    y3 = f32x4.add(y3, f32x4.add(f32x4.add(f32x4.mul(x3, f0), f32x4.mul(x4, f1)), f32x4.mul(x5, f2)))
    x += line
    filter += tap * 3
  } while (--rows)
  v128.store(y, y0)
  v128.store(y + bytes, y1)
  v128.store(y + bytes * 2, y2)
  v128.store(y + bytes * 3, y3)
}

/** The same of one pixel. */
@inline
function onePixel(x: usize, line: usize, bytes: usize, filter: usize, tap: usize, y: usize): void {
  let sum = f32x4.splat(0)
  let rows = 3
  do {
    const a = f32x4.mul(v128.load(x), v128.load(filter))
    const b = f32x4.mul(v128.load(x + bytes), v128.load(filter + tap))
    const c = f32x4.mul(v128.load(x + bytes * 2), v128.load(filter + tap * 2))
    sum = f32x4.add(sum, f32x4.add(f32x4.add(a, b), c))
    x += line
    filter += tap * 3
  } while (--rows)
  v128.store(y, sum)
}

/**
 * y = the depthwise convolution of x, of images `first` to `end`. `turned` takes the filter in reverse, as the input's gradient
 * wants it.
 */
export function depthwise3(
  w: Window,
  x: usize,
  filter: usize,
  y: usize,
  turned: bool,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const bytes = <usize>w.inChannels << 2
  const line = <usize>seenWidth(w) * bytes
  const origin = turned ? filter + bytes * 8 : filter
  const tap = turned ? ~bytes + 1 : bytes
  const step = <usize>w.strideX * bytes
  const fours = w.strideX == 1 && w.outWidth >= 4
  for (let image = first; image < end; image++) {
    copyWithin(w, x + <usize>(image * w.inHeight * w.inWidth) * bytes, scratch)
    let out = y + <usize>(image * w.outHeight * w.outWidth) * bytes
    for (let row = 0; row < w.outHeight; row++) {
      const top = scratch + <usize>(row * w.strideY) * line
      for (let channel: usize = 0; channel < bytes; channel += 16)
        if (fours)
          for (let column = 0; column < w.outWidth; column += 4) {
            // The last four begin earlier, where the width is not a multiple of 4.
            const at = <usize>min(column, w.outWidth - 4) * bytes + channel
            fourPixels(top + at, line, bytes, origin + channel, tap, out + at)
          }
        else
          for (let column: usize = 0; column < <usize>w.outWidth; column++)
            onePixel(top + column * step + channel, line, bytes, origin + channel, tap, out + column * bytes + channel)
      out += <usize>w.outWidth * bytes
    }
  }
}

@inline
function addTo(at: usize, sum: v128): void {
  v128.store(at, f32x4.add(v128.load(at), sum))
}

/** Adds to three taps' sums x·dy of `rows` rows of `width` pixels, eight channels. */
@inline
function addEight(
  x: usize,
  step: usize,
  jump: usize,
  dy: usize,
  bytes: usize,
  width: i32,
  rows: i32,
  sums: usize,
): void {
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let t0 = f32x4.splat(0)
  let t1 = f32x4.splat(0)
  let t2 = f32x4.splat(0)
  do {
    let left = width
    do {
      const d = v128.load(dy)
      const e = v128.load(dy, 16)
      s0 = f32x4.add(s0, f32x4.mul(d, v128.load(x)))
      t0 = f32x4.add(t0, f32x4.mul(e, v128.load(x, 16)))
      s1 = f32x4.add(s1, f32x4.mul(d, v128.load(x + bytes)))
      t1 = f32x4.add(t1, f32x4.mul(e, v128.load(x + bytes, 16)))
      s2 = f32x4.add(s2, f32x4.mul(d, v128.load(x + bytes * 2)))
      t2 = f32x4.add(t2, f32x4.mul(e, v128.load(x + bytes * 2, 16)))
      x += step
      dy += bytes
    } while (--left)
    x += jump
  } while (--rows)
  addTo(sums, s0)
  addTo(sums + bytes, s1)
  addTo(sums + bytes * 2, s2)
  addTo(sums + 16, t0)
  addTo(sums + 16 + bytes, t1)
  addTo(sums + 16 + bytes * 2, t2)
}

/** The same of four channels. */
@inline
function addFour(
  x: usize,
  step: usize,
  jump: usize,
  dy: usize,
  bytes: usize,
  width: i32,
  rows: i32,
  sums: usize,
): void {
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  do {
    let left = width
    do {
      const d = v128.load(dy)
      s0 = f32x4.add(s0, f32x4.mul(d, v128.load(x)))
      s1 = f32x4.add(s1, f32x4.mul(d, v128.load(x + bytes)))
      s2 = f32x4.add(s2, f32x4.mul(d, v128.load(x + bytes * 2)))
      x += step
      dy += bytes
    } while (--left)
    x += jump
  } while (--rows)
  addTo(sums, s0)
  addTo(sums + bytes, s1)
  addTo(sums + bytes * 2, s2)
}

/** The filter's gradient of each image from `first` to `end`, into partials(batch × 9 × channels). */
export function depthwise3Partials(
  w: Window,
  x: usize,
  dy: usize,
  partials: usize,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const bytes = <usize>w.inChannels << 2
  const line = <usize>seenWidth(w) * bytes
  const step = <usize>w.strideX * bytes
  const jump = <usize>w.strideY * line - <usize>w.outWidth * step
  // Some 128 pixels are summed in registers, and these sums in memory.
  const strip = max(1, 128 / w.outWidth)
  for (let image = first; image < end; image++) {
    copyWithin(w, x + <usize>(image * w.inHeight * w.inWidth) * bytes, scratch)
    const gradient = dy + <usize>(image * w.outHeight * w.outWidth) * bytes
    const sums = partials + <usize>(image * 9) * bytes
    memory.fill(sums, 0, bytes * 9)
    for (let from = 0; from < w.outHeight; from += strip) {
      const rows = min(strip, w.outHeight - from)
      const cell = gradient + <usize>(from * w.outWidth) * bytes
      for (let tapRow = 0; tapRow < 3; tapRow++) {
        const top = scratch + <usize>(from * w.strideY + tapRow) * line
        const to = sums + <usize>(tapRow * 3) * bytes
        let channel: usize = 0
        for (; channel + 32 <= bytes; channel += 32)
          addEight(top + channel, step, jump, cell + channel, bytes, w.outWidth, rows, to + channel)
        if (channel < bytes)
          addFour(top + channel, step, jump, cell + channel, bytes, w.outWidth, rows, to + channel)
      }
    }
  }
}
