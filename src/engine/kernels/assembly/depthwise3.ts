// Depthwise convolutions with 3×3 filters and stride 1, one output channel for each channel, channels in fours: the nine taps, or their
// nine sums, stay in registers. Images get a margin of zeros first, so that no window looks at its place.
import { Window } from './window'

/** Bytes of scratch memory that these kernels need. */
export function depthwise3Scratch(w: Window): i32 {
  return (w.outHeight + 2) * (w.outWidth + 2) * w.inChannels * 4
}

/** Copies an image into its margin. */
function copyWithin(w: Window, image: usize, dst: usize): void {
  const channelBytes = <usize>w.inChannels << 2
  const width = w.outWidth + 2
  const line = <usize>width * channelBytes
  memory.fill(dst, 0, <usize>(w.outHeight + 2) * line)
  const columns = min(w.inWidth, width - w.padLeft)
  for (let row = 0; row < min(w.inHeight, w.outHeight + 2 - w.padTop); row++)
    memory.copy(
      dst + <usize>(row + w.padTop) * line + <usize>w.padLeft * channelBytes,
      image + <usize>(row * w.inWidth) * channelBytes,
      <usize>columns * channelBytes,
    )
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
  const line = <usize>(w.outWidth + 2) * bytes
  const origin = turned ? filter + bytes * 8 : filter
  const tap = turned ? ~bytes + 1 : bytes
  for (let image = first; image < end; image++) {
    copyWithin(w, x + <usize>(image * w.inHeight * w.inWidth) * bytes, scratch)
    const out = y + <usize>(image * w.outHeight * w.outWidth) * bytes
    for (let channel: usize = 0; channel < bytes; channel += 16) {
      const at = origin + channel
      const f0 = v128.load(at)
      const f1 = v128.load(at + tap)
      const f2 = v128.load(at + tap * 2)
      const f3 = v128.load(at + tap * 3)
      const f4 = v128.load(at + tap * 4)
      const f5 = v128.load(at + tap * 5)
      const f6 = v128.load(at + tap * 6)
      const f7 = v128.load(at + tap * 7)
      const f8 = v128.load(at + tap * 8)
      let cell = out + channel
      for (let row = 0; row < w.outHeight; row++) {
        let top = scratch + channel + <usize>row * line
        let middle = top + line
        let bottom = middle + line
        let left = w.outWidth
        do {
          const a = f32x4.add(
            f32x4.add(f32x4.mul(v128.load(top), f0), f32x4.mul(v128.load(top + bytes), f1)),
            f32x4.mul(v128.load(top + bytes * 2), f2),
          )
          const b = f32x4.add(
            f32x4.add(f32x4.mul(v128.load(middle), f3), f32x4.mul(v128.load(middle + bytes), f4)),
            f32x4.mul(v128.load(middle + bytes * 2), f5),
          )
          const c = f32x4.add(
            f32x4.add(f32x4.mul(v128.load(bottom), f6), f32x4.mul(v128.load(bottom + bytes), f7)),
            f32x4.mul(v128.load(bottom + bytes * 2), f8),
          )
          v128.store(cell, f32x4.add(f32x4.add(a, b), c))
          top += bytes
          middle += bytes
          bottom += bytes
          cell += bytes
        } while (--left)
      }
    }
  }
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
  const line = <usize>(w.outWidth + 2) * bytes
  // Some 128 pixels are summed in registers, and these sums in memory.
  const strip = max(1, 128 / w.outWidth)
  for (let image = first; image < end; image++) {
    copyWithin(w, x + <usize>(image * w.inHeight * w.inWidth) * bytes, scratch)
    const gradient = dy + <usize>(image * w.outHeight * w.outWidth) * bytes
    const sums = partials + <usize>(image * 9) * bytes
    memory.fill(sums, 0, bytes * 9)
    for (let channel: usize = 0; channel < bytes; channel += 16) {
      let cell = gradient + channel
      for (let from = 0; from < w.outHeight; from += strip) {
        let s0 = f32x4.splat(0)
        let s1 = f32x4.splat(0)
        let s2 = f32x4.splat(0)
        let s3 = f32x4.splat(0)
        let s4 = f32x4.splat(0)
        let s5 = f32x4.splat(0)
        let s6 = f32x4.splat(0)
        let s7 = f32x4.splat(0)
        let s8 = f32x4.splat(0)
        const to = min(from + strip, w.outHeight)
        for (let row = from; row < to; row++) {
          let top = scratch + channel + <usize>row * line
          let middle = top + line
          let bottom = middle + line
          let left = w.outWidth
          do {
            const d = v128.load(cell)
            s0 = f32x4.add(s0, f32x4.mul(d, v128.load(top)))
            s1 = f32x4.add(s1, f32x4.mul(d, v128.load(top + bytes)))
            s2 = f32x4.add(s2, f32x4.mul(d, v128.load(top + bytes * 2)))
            s3 = f32x4.add(s3, f32x4.mul(d, v128.load(middle)))
            s4 = f32x4.add(s4, f32x4.mul(d, v128.load(middle + bytes)))
            s5 = f32x4.add(s5, f32x4.mul(d, v128.load(middle + bytes * 2)))
            s6 = f32x4.add(s6, f32x4.mul(d, v128.load(bottom)))
            s7 = f32x4.add(s7, f32x4.mul(d, v128.load(bottom + bytes)))
            s8 = f32x4.add(s8, f32x4.mul(d, v128.load(bottom + bytes * 2)))
            top += bytes
            middle += bytes
            bottom += bytes
            cell += bytes
          } while (--left)
        }
        const at = sums + channel
        v128.store(at, f32x4.add(v128.load(at), s0))
        v128.store(at + bytes, f32x4.add(v128.load(at + bytes), s1))
        v128.store(at + bytes * 2, f32x4.add(v128.load(at + bytes * 2), s2))
        v128.store(at + bytes * 3, f32x4.add(v128.load(at + bytes * 3), s3))
        v128.store(at + bytes * 4, f32x4.add(v128.load(at + bytes * 4), s4))
        v128.store(at + bytes * 5, f32x4.add(v128.load(at + bytes * 5), s5))
        v128.store(at + bytes * 6, f32x4.add(v128.load(at + bytes * 6), s6))
        v128.store(at + bytes * 7, f32x4.add(v128.load(at + bytes * 7), s7))
        v128.store(at + bytes * 8, f32x4.add(v128.load(at + bytes * 8), s8))
      }
    }
  }
}
