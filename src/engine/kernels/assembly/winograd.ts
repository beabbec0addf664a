// Convolutions with 3×3 filters and stride 1 in a quarter of the products: tiles of 4×4 outputs by Winograd's minimal
// filtering. Channels in and out are multiples of 8. No sum depends on how the tiles are shared out, but for the filter's
// gradient, whose chunks the shapes alone decide.
import { tileOfRuns, tileOfSteps } from './runs'
import { Window } from './window'
import { filterGradientLine, filterLine } from './winograd-lines'
import { blockTiles, gradientPoints, imagePoints, middleBytes, pointBytes, storeTile, tilesOf } from './winograd-tiles'

/**
 * The filter (3, 3, channels, outChannels) at the 36 points, in panels of 8 columns; input channels `from` to `to`.
 * `turned`: as the input's gradient takes it, its taps in reverse and its channels exchanged.
 */
export function winogradFilter(
  filter: usize,
  channels: i32,
  outChannels: i32,
  turned: bool,
  points: usize,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const tapBytes = <usize>(channels * outChannels) << 2
  const pointStep = tapBytes
  const middle = scratch
  const whole = scratch + middleBytes
  for (let channel = from; channel < to; channel++)
    for (let out = 0; out < outChannels; out += 4) {
      const at = filter + (<usize>(channel * outChannels + out) << 2)
      // 3 rows of 3 taps; in reverse, the last tap is the first and the steps are negative.
      const first = turned ? at + tapBytes * 8 : at
      const right = turned ? ~tapBytes + 1 : tapBytes
      for (let i: usize = 0; i < 3; i++) filterLine(first + right * i, right * 3, middle + i * 16, 48)
      for (let i: usize = 0; i < 6; i++) filterLine(middle + i * 48, 16, whole + i * 96, 16)
      if (turned) {
        let dst = points + (<usize>((channel >> 3) * outChannels + out) << 5) + (<usize>(channel & 7) << 2)
        for (let p: usize = 0; p < 36; p++) {
          const value = v128.load(whole + p * 16)
          v128.store_lane<f32>(dst, value, 0)
          v128.store_lane<f32>(dst, value, 1, 32)
          v128.store_lane<f32>(dst, value, 2, 64)
          v128.store_lane<f32>(dst, value, 3, 96)
          dst += pointStep
        }
      } else {
        let dst = points + (<usize>((out >> 3) * channels + channel) << 5) + (<usize>(out & 7) << 2)
        for (let p: usize = 0; p < 36; p++) {
          v128.store(dst, v128.load(whole + p * 16))
          dst += pointStep
        }
      }
    }
}

/** y = bias + conv(x, filter), then the bend, of blocks of tiles `from` to `to` (by batch, rows, columns). `points`: of `winogradFilter`. */
export function winogradConvolve(
  w: Window,
  x: usize,
  points: usize,
  y: usize,
  bias: usize,
  bend: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const k = w.inChannels
  const n = w.outChannels
  const middle = scratch
  const zeros = scratch + middleBytes
  const square = zeros + 64
  const images = square + (<usize>(36 * max(k, n)) << 2)
  const imageStep = pointBytes(k)
  const products = images + 36 * imageStep
  const productStep = pointBytes(n)
  memory.fill(zeros, 0, 64)
  const tiles = tilesOf(w)
  for (let block = from; block < to; block++) {
    const tile = block * blockTiles
    const count = min(tiles - tile, blockTiles)
    for (let i = 0; i < count; i++)
      imagePoints(w, x, tile + i, images + (<usize>(i * k) << 2), imageStep, middle, square)
    for (let p: usize = 0; p < 36; p++)
      for (let j = 0; j < n; j += 8) {
        const panel = points + (((p * <usize>n + <usize>j) * <usize>k) << 2)
        for (let i = 0; i < count; i += 4)
          tileOfRuns(
            images + p * imageStep + (<usize>(i * k) << 2),
            <usize>k << 2,
            0,
            k,
            1,
            panel,
            products + p * productStep + (<usize>(i * n + j) << 2),
            <usize>n << 2,
            zeros,
            0,
            0,
          )
      }
    for (let i = 0; i < count; i++)
      storeTile(w, products + (<usize>(i * n) << 2), productStep, y, tile + i, bias, bend, middle, square)
  }
}

/**
 * sums(chunk, 36, channels, outChannels) = Σ over a chunk of `each` tiles (whole blocks) of x at the points, transposed,
 * times dy at the points; of chunks `from` to `to`.
 */
export function winogradSums(
  w: Window,
  x: usize,
  dy: usize,
  sums: usize,
  each: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const k = w.inChannels
  const n = w.outChannels
  const middle = scratch
  const square = scratch + middleBytes + 64
  const images = square + (<usize>(36 * max(k, n)) << 2)
  const imageStep = pointBytes(k)
  const gradients = images + 36 * imageStep
  const gradientStep = pointBytes(n)
  const kBytes = <usize>k << 2
  const nBytes = <usize>n << 2
  const end = min(tilesOf(w), to * each)
  sums += <usize>(from * 36) * kBytes * <usize>n
  for (let tile = from * each; tile < end; tile += blockTiles) {
    const count = min(end - tile, blockTiles)
    const first = tile % each == 0
    if (first && tile > from * each) sums += 36 * kBytes * <usize>n
    for (let i = 0; i < count; i++) {
      imagePoints(w, x, tile + i, images + <usize>i * kBytes, imageStep, middle, square)
      gradientPoints(w, dy, tile + i, gradients + <usize>i * nBytes, gradientStep, middle, square)
    }
    for (let p: usize = 0; p < 36; p++)
      for (let j = 0; j < n; j += 8)
        for (let i = 0; i < k; i += 4) {
          const a = images + p * imageStep + (<usize>i << 2)
          tileOfSteps(
            a,
            a + 4,
            a + 8,
            a + 12,
            kBytes,
            0,
            gradients + p * gradientStep + (<usize>j << 2),
            nBytes,
            0,
            count,
            1,
            sums + ((p * <usize>k + <usize>i) * <usize>n + <usize>j << 2),
            nBytes,
            !first,
          )
        }
  }
}

/**
 * dFilter(3, 3, size) from the sums of `chunks` chunks, added up in their order; `size` is input times output channels.
 * Quads `from` to `to` of these.
 */
export function winogradFilterGradient(
  sums: usize,
  chunks: i32,
  size: i32,
  dFilter: usize,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const tapBytes = <usize>size << 2
  const middle = scratch + 576
  for (let quad = from; quad < to; quad++) {
    const at = <usize>quad << 4
    for (let p: usize = 0; p < 36; p++) {
      let src = sums + at + p * tapBytes
      let sum = v128.load(src)
      for (let chunk = 1; chunk < chunks; chunk++) {
        src += 36 * tapBytes
        sum = f32x4.add(sum, v128.load(src))
      }
      v128.store(scratch + p * 16, sum)
    }
    for (let i: usize = 0; i < 6; i++) filterGradientLine(scratch + i * 16, 96, middle + i * 16, 96)
    for (let i: usize = 0; i < 3; i++)
      filterGradientLine(middle + i * 96, 16, dFilter + at + i * 3 * tapBytes, tapBytes)
  }
}
