// Tiles of images and of outputs on their way to Winograd's 36 points, and back.
import { bent } from './bend'
import { Window } from './window'
import { gradientLine, imageLine, outputLine } from './winograd-lines'

/** Tiles that are transformed and multiplied at once. */
export const blockTiles: i32 = 32
/** Bytes of one tile's vectors between the two axes. */
export const middleBytes: usize = 36 * 16

/** Bytes of a block's point; odd in cache lines, or the 36 points of a tile would fall into the same few. */
@inline
export function pointBytes(channels: i32): usize {
  return (<usize>(blockTiles * channels) << 2) + 64
}

/** Tiles that cover all outputs of the batch. */
@inline
export function tilesOf(w: Window): i32 {
  return w.batch * ((w.outHeight + 3) >> 2) * ((w.outWidth + 3) >> 2)
}

/** Bytes of scratch memory that `winogradConvolve` and `winogradSums` need. */
export function winogradScratch(channels: i32, outChannels: i32): i32 {
  return <i32>(
    (middleBytes + 64 + (<usize>(36 * max(channels, outChannels)) << 2) + 36 * (pointBytes(channels) + pointBytes(outChannels)))
  )
}

/** A square of `side` pixels at (top, left) of an image, with zeros for what lies outside. */
function copySquare(
  image: usize,
  height: i32,
  width: i32,
  channelBytes: usize,
  top: i32,
  left: i32,
  side: i32,
  dst: usize,
): void {
  const first = max(0, -left)
  const end = min(side, width - left)
  memory.fill(dst, 0, <usize>(side * side) * channelBytes)
  if (end <= first) return
  for (let row = max(0, -top); row < min(side, height - top); row++)
    memory.copy(
      dst + <usize>(row * side + first) * channelBytes,
      image + <usize>((top + row) * width + left + first) * channelBytes,
      <usize>(end - first) * channelBytes,
    )
}

/** Tile `tile` of x at the 36 points, at `dst` + point·step. `square` has room for 36 pixels. */
export function imagePoints(
  w: Window,
  x: usize,
  tile: i32,
  dst: usize,
  step: usize,
  middle: usize,
  square: usize,
): void {
  const across = (w.outWidth + 3) >> 2
  const area = ((w.outHeight + 3) >> 2) * across
  const channelBytes = <usize>w.inChannels << 2
  const image = x + <usize>((tile / area) * w.inHeight * w.inWidth) * channelBytes
  const top = ((tile % area) / across) * 4 - w.padTop
  const left = ((tile % area) % across) * 4 - w.padLeft
  let src = square
  let line = channelBytes * 6
  if (top >= 0 && left >= 0 && top + 6 <= w.inHeight && left + 6 <= w.inWidth) {
    src = image + <usize>(top * w.inWidth + left) * channelBytes
    line = channelBytes * <usize>w.inWidth
  } else copySquare(image, w.inHeight, w.inWidth, channelBytes, top, left, 6, square)
  for (let channel: usize = 0; channel < channelBytes; channel += 16) {
    for (let i: usize = 0; i < 6; i++) imageLine(src + channel + i * channelBytes, line, middle + i * 16, 96)
    for (let i: usize = 0; i < 6; i++) imageLine(middle + i * 96, 16, dst + channel + i * 6 * step, step)
  }
}

/** Tile `tile` of an output's gradient at the 36 points. */
export function gradientPoints(
  w: Window,
  dy: usize,
  tile: i32,
  dst: usize,
  step: usize,
  middle: usize,
  square: usize,
): void {
  const across = (w.outWidth + 3) >> 2
  const area = ((w.outHeight + 3) >> 2) * across
  const channelBytes = <usize>w.outChannels << 2
  const image = dy + <usize>((tile / area) * w.outHeight * w.outWidth) * channelBytes
  const top = ((tile % area) / across) * 4
  const left = ((tile % area) % across) * 4
  let src = square
  let line = channelBytes * 4
  if (top + 4 <= w.outHeight && left + 4 <= w.outWidth) {
    src = image + <usize>(top * w.outWidth + left) * channelBytes
    line = channelBytes * <usize>w.outWidth
  } else copySquare(image, w.outHeight, w.outWidth, channelBytes, top, left, 4, square)
  for (let channel: usize = 0; channel < channelBytes; channel += 16) {
    for (let i: usize = 0; i < 4; i++) gradientLine(src + channel + i * channelBytes, line, middle + i * 16, 64)
    for (let i: usize = 0; i < 6; i++) gradientLine(middle + i * 64, 16, dst + channel + i * 6 * step, step)
  }
}

/** The 36 points of an output tile back to its pixels, with bias and bend; what hangs over the edge is left out. */
export function storeTile(
  w: Window,
  src: usize,
  step: usize,
  y: usize,
  tile: i32,
  bias: usize,
  bend: i32,
  middle: usize,
  square: usize,
): void {
  const across = (w.outWidth + 3) >> 2
  const area = ((w.outHeight + 3) >> 2) * across
  const channelBytes = <usize>w.outChannels << 2
  const top = ((tile % area) / across) * 4
  const left = ((tile % area) % across) * 4
  const corner = y + <usize>(((tile / area) * w.outHeight + top) * w.outWidth + left) * channelBytes
  const line = channelBytes * <usize>w.outWidth
  const rows = min(4, w.outHeight - top)
  const columns = min(4, w.outWidth - left)
  const zero = f32x4.splat(0)
  for (let channel: usize = 0; channel < channelBytes; channel += 16) {
    for (let i: usize = 0; i < 6; i++) outputLine(src + channel + i * step, step * 6, middle + i * 16, 96)
    for (let i: usize = 0; i < 4; i++) outputLine(middle + i * 96, 16, square + i * 64, 16)
    const offset = bias == 0 ? zero : v128.load(bias + channel)
    for (let row = 0; row < rows; row++) {
      let cell = corner + channel + <usize>row * line
      for (let column = 0; column < columns; column++) {
        const value = f32x4.add(v128.load(square + (<usize>(row * 4 + column) << 4)), offset)
        v128.store(cell, bent(value, bend))
        cell += channelBytes
      }
    }
  }
}

