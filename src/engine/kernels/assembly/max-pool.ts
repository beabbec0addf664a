import { Window } from './window'

/** Windows of 2×2 side by side, none over the edge, channels in fours: every pixel is seen by one window at most. */
@inline
function isQuartered(w: Window): bool {
  return (
    w.height == 2 &&
    w.width == 2 &&
    w.strideY == 2 &&
    w.strideX == 2 &&
    w.padTop == 0 &&
    w.padLeft == 0 &&
    w.outHeight * 2 <= w.inHeight &&
    w.outWidth * 2 <= w.inWidth &&
    (w.inChannels & 3) == 0
  )
}

/** `maxPool` of such windows. */
function quarteredPool(w: Window, x: usize, y: usize, first: i32, end: i32): void {
  const bytes = <usize>w.inChannels << 2
  const line = <usize>w.inWidth * bytes
  const margin = line - <usize>(w.outWidth * 2) * bytes
  const left = <usize>(w.inHeight - w.outHeight * 2) * line
  x += <usize>(first * w.inHeight) * line
  y += <usize>(first * w.outHeight * w.outWidth) * bytes
  for (let image = first; image < end; image++) {
    for (let row = 0; row < w.outHeight; row++) {
      for (let column = 0; column < w.outWidth; column++) {
        for (let c: usize = 0; c < bytes; c += 16) {
          const at = x + c
          const upper = f32x4.max(v128.load(at), v128.load(at + bytes))
          const lower = f32x4.max(v128.load(at + line), v128.load(at + line + bytes))
          v128.store(y + c, f32x4.max(upper, lower))
        }
        x += bytes * 2
        y += bytes
      }
      x += margin + line
    }
    x += left
  }
}

/** y of a max pool: the greatest element of each window inside the image. Computes the images from `first` to `end`. */
export function maxPool(w: Window, x: usize, y: usize, first: i32, end: i32, _: usize): void {
  if (isQuartered(w)) {
    quarteredPool(w, x, y, first, end)
    return
  }
  const channels = w.inChannels
  const channelBytes = <usize>channels << 2
  const lineBytes = <usize>w.inWidth * channelBytes
  x += <usize>first * <usize>w.inHeight * lineBytes
  y += <usize>(first * w.outHeight * w.outWidth) * channelBytes
  for (let image = first; image < end; image++) {
    for (let row = 0; row < w.outHeight; row++) {
      const top = row * w.strideY - w.padTop
      const firstRow = max(0, -top)
      const endRow = min(w.height, w.inHeight - top)
      for (let column = 0; column < w.outWidth; column++) {
        const left = column * w.strideX - w.padLeft
        const firstColumn = max(0, -left)
        const endColumn = min(w.width, w.inWidth - left)
        const corner = (top + firstRow) * w.inWidth + left + firstColumn
        const at = x + <usize>corner * channelBytes
        let channel = 0
        for (; channel + 4 <= channels; channel += 4) {
          let best = f32x4.splat(-Infinity)
          let line = at + (<usize>channel << 2)
          for (let i = firstRow; i < endRow; i++) {
            let cell = line
            for (let j = firstColumn; j < endColumn; j++) {
              best = f32x4.max(best, v128.load(cell))
              cell += channelBytes
            }
            line += lineBytes
          }
          v128.store(y + (<usize>channel << 2), best)
        }
        for (; channel < channels; channel++) {
          let best = -Infinity as f32
          let line = at + (<usize>channel << 2)
          for (let i = firstRow; i < endRow; i++) {
            let cell = line
            for (let j = firstColumn; j < endColumn; j++) {
              best = max<f32>(best, load<f32>(cell))
              cell += channelBytes
            }
            line += lineBytes
          }
          store<f32>(y + (<usize>channel << 2), best)
        }
        y += channelBytes
      }
    }
    x += <usize>w.inHeight * lineBytes
  }
}

/** `maxPoolGradient` of such windows: dx is written once, and nothing is read back. */
function quarteredGradient(w: Window, x: usize, dy: usize, dx: usize, first: i32, end: i32): void {
  const bytes = <usize>w.inChannels << 2
  const line = <usize>w.inWidth * bytes
  const margin = line - <usize>(w.outWidth * 2) * bytes
  const least = f32x4.splat(-Infinity)
  x += <usize>(first * w.inHeight) * line
  dx += <usize>(first * w.inHeight) * line
  dy += <usize>(first * w.outHeight * w.outWidth) * bytes
  for (let image = first; image < end; image++) {
    for (let row = 0; row < w.outHeight; row++) {
      for (let column = 0; column < w.outWidth; column++) {
        for (let c: usize = 0; c < bytes; c += 16) {
          const at = x + c
          const x0 = v128.load(at)
          const x1 = v128.load(at + bytes)
          const x2 = v128.load(at + line)
          const x3 = v128.load(at + line + bytes)
          const b0 = f32x4.gt(x0, least)
          const m0 = v128.bitselect(x0, least, b0)
          const b1 = f32x4.gt(x1, m0)
          const m1 = v128.bitselect(x1, m0, b1)
          const b2 = f32x4.gt(x2, m1)
          const m2 = v128.bitselect(x2, m1, b2)
          const b3 = f32x4.gt(x3, m2)
          const gradient = v128.load(dy + c)
          const to = dx + c
          v128.store(to + line + bytes, v128.and(gradient, b3))
          const rest3 = v128.andnot(gradient, b3)
          v128.store(to + line, v128.and(rest3, b2))
          const rest2 = v128.andnot(rest3, b2)
          v128.store(to + bytes, v128.and(rest2, b1))
          v128.store(to, v128.and(v128.andnot(rest2, b1), b0))
        }
        x += bytes * 2
        dx += bytes * 2
        dy += bytes
      }
      memory.fill(dx, 0, margin)
      memory.fill(dx + line, 0, margin)
      x += margin + line
      dx += margin + line
    }
    const left = <usize>(w.inHeight - w.outHeight * 2) * line
    memory.fill(dx, 0, left)
    x += left
    dx += left
  }
}

/**
 * dx of a max pool: each window's dy goes to its first greatest element, in row order, as in the cpu engine;
 * a window without an element above −∞ gives nothing. Computes the images from `first` to `end`.
 */
export function maxPoolGradient(
  w: Window,
  x: usize,
  dy: usize,
  dx: usize,
  first: i32,
  end: i32,
  _: usize,
): void {
  if (isQuartered(w)) {
    quarteredGradient(w, x, dy, dx, first, end)
    return
  }
  const channels = w.inChannels
  const channelBytes = <usize>channels << 2
  const lineBytes = <usize>w.inWidth * channelBytes
  const imageBytes = <usize>w.inHeight * lineBytes
  x += <usize>first * imageBytes
  dx += <usize>first * imageBytes
  dy += <usize>(first * w.outHeight * w.outWidth) * channelBytes
  memory.fill(dx, 0, imageBytes * <usize>(end - first))
  for (let image = first; image < end; image++) {
    for (let row = 0; row < w.outHeight; row++) {
      const top = row * w.strideY - w.padTop
      const firstRow = max(0, -top)
      const endRow = min(w.height, w.inHeight - top)
      for (let column = 0; column < w.outWidth; column++) {
        const left = column * w.strideX - w.padLeft
        const firstColumn = max(0, -left)
        const endColumn = min(w.width, w.inWidth - left)
        const corner = (top + firstRow) * w.inWidth + left + firstColumn
        const at = <usize>corner * channelBytes
        let channel = 0
        for (; channel + 4 <= channels; channel += 4) {
          const skip = at + (<usize>channel << 2)
          let best = f32x4.splat(-Infinity)
          let place = i32x4.splat(-1)
          let line = x + skip
          for (let i = firstRow; i < endRow; i++) {
            let cell = line
            for (let j = firstColumn; j < endColumn; j++) {
              const value = v128.load(cell)
              const better = f32x4.gt(value, best)
              best = v128.bitselect(value, best, better)
              place = v128.bitselect(i32x4.splat(i * w.width + j), place, better)
              cell += channelBytes
            }
            line += lineBytes
          }
          const gradient = v128.load(dy + ((<usize>channel) << 2))
          line = dx + skip
          for (let i = firstRow; i < endRow; i++) {
            let cell = line
            for (let j = firstColumn; j < endColumn; j++) {
              const chosen = i32x4.eq(place, i32x4.splat(i * w.width + j))
              v128.store(cell, f32x4.add(v128.load(cell), v128.and(gradient, chosen)))
              cell += channelBytes
            }
            line += lineBytes
          }
        }
        for (; channel < channels; channel++) {
          const skip = at + (<usize>channel << 2)
          let best = -Infinity as f32
          let place: usize = 0
          for (let i = firstRow; i < endRow; i++)
            for (let j = firstColumn; j < endColumn; j++) {
              const offset =
                skip + <usize>(i - firstRow) * lineBytes + <usize>(j - firstColumn) * channelBytes
              const value = load<f32>(x + offset)
              if (value > best) {
                best = value
                place = dx + offset
              }
            }
          if (place != 0) store<f32>(place, load<f32>(place) + load<f32>(dy + ((<usize>channel) << 2)))
        }
        dy += channelBytes
      }
    }
    x += imageBytes
    dx += imageBytes
  }
}
