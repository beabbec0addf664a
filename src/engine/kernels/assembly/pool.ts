import { Window } from './window'

/**
 * dx of an average pool: dy divided by the number of elements that the window has inside the image. Computes the
 * images from `first` to `end`.
 */
export function averagePoolGradient(
  w: Window,
  dy: usize,
  dx: usize,
  first: i32,
  end: i32,
  _: usize,
): void {
  const channels = w.inChannels
  const channelBytes = <usize>channels << 2
  const lineBytes = <usize>w.inWidth * channelBytes
  const imageBytes = <usize>w.inHeight * lineBytes
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
        const count = (endRow - firstRow) * (endColumn - firstColumn)
        const each: f32 = count > 0 ? <f32>(<f64>1 / <f64>count) : 0
        let line = dx + <usize>((top + firstRow) * w.inWidth + left + firstColumn) * channelBytes
        for (let i = firstRow; i < endRow; i++) {
          let cell = line
          for (let j = firstColumn; j < endColumn; j++) {
            addScaled(cell, dy, each, channels)
            cell += channelBytes
          }
          line += lineBytes
        }
        dy += channelBytes
      }
    }
    dx += imageBytes
  }
}

@inline
function addScaled(dst: usize, src: usize, factor: f32, n: i32): void {
  const factors = f32x4.splat(factor)
  let left = n
  while (left >= 4) {
    v128.store(dst, f32x4.add(v128.load(dst), f32x4.mul(v128.load(src), factors)))
    dst += 16
    src += 16
    left -= 4
  }
  while (left > 0) {
    store<f32>(dst, load<f32>(dst) + load<f32>(src) * factor)
    dst += 4
    src += 4
    left--
  }
}
