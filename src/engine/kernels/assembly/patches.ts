// im2col without the matrix: patches of an NHWC image packed straight into panels.
// A patch's element k is channel k % C of tap k / C, taps in rows; pixels run over batch, rows and columns of the output.
import { transpose4 } from './pack'
import { Window } from './window'

/** Bytes that `locate` writes for each pixel: image address, row and column of the patch's first tap. */
export const placeBytes: i32 = 12

/** Where the patches of `count` output pixels from `first` begin. */
export function locate(w: Window, x: usize, first: i32, count: i32, places: usize): void {
  const area = w.outHeight * w.outWidth
  const imageBytes = <usize>(w.inHeight * w.inWidth * w.inChannels) << 2
  let image = first / area
  let row = (first % area) / w.outWidth
  let column = (first % area) % w.outWidth
  for (let i = 0; i < count; i++) {
    store<usize>(places, x + <usize>image * imageBytes)
    store<i32>(places, row * w.strideY - w.padTop, 4)
    store<i32>(places, column * w.strideX - w.padLeft, 8)
    places += placeBytes
    if (++column == w.outWidth) {
      column = 0
      if (++row == w.outHeight) {
        row = 0
        image++
      }
    }
  }
}

/** Address of a tap's first channel for the pixel at `place`; 0 where the tap falls outside the image. */
@inline
function tapAt(w: Window, place: usize, tapRow: i32, tapColumn: i32): usize {
  const y = load<i32>(place, 4) + tapRow
  const x = load<i32>(place, 8) + tapColumn
  if (<u32>y >= <u32>w.inHeight || <u32>x >= <u32>w.inWidth) return 0
  return load<usize>(place) + (<usize>((y * w.inWidth + x) * w.inChannels) << 2)
}

/** Do all taps of a row lie side by side in the image, for each of these pixels? */
@inline
function rowsWhole(w: Window, place: usize, pixels: i32): bool {
  if (w.dilationX != 1) return false
  for (let i = 0; i < pixels; i++) {
    const left = load<i32>(place, 8)
    if (left < 0 || left + w.width > w.inWidth) return false
    place += placeBytes
  }
  return true
}

/** Panels of 4 pixels, elements `from` to `to` of their patches. `zeros` holds as many zeros as the block is deep. */
export function packPixels(
  w: Window,
  places: usize,
  pixels: i32,
  from: i32,
  to: i32,
  dst: usize,
  zeros: usize,
): void {
  const channels = w.inChannels
  for (let i = 0; i < pixels; i += 4) {
    const place = places + <usize>i * placeBytes
    let tap = from / channels
    let channel = from % channels
    let k = from
    // Then a row of taps is one run, which saves much where channels are few.
    const whole = rowsWhole(w, place, min(pixels - i, 4))
    while (k < to) {
      const tapRow = (tap / w.width) * w.dilationY
      const tapColumn = (tap % w.width) * w.dilationX
      const ahead = whole ? w.width - (tap % w.width) : 1
      let run = min(ahead * channels - channel, to - k)
      // A cut run ends the block, so `tap` need not be right after it.
      tap += ahead
      k += run
      const skip = <usize>channel << 2
      let p0 = tapAt(w, place, tapRow, tapColumn)
      let p1 = i + 1 < pixels ? tapAt(w, place + placeBytes, tapRow, tapColumn) : 0
      let p2 = i + 2 < pixels ? tapAt(w, place + placeBytes * 2, tapRow, tapColumn) : 0
      let p3 = i + 3 < pixels ? tapAt(w, place + placeBytes * 3, tapRow, tapColumn) : 0
      p0 = p0 == 0 ? zeros : p0 + skip
      p1 = p1 == 0 ? zeros : p1 + skip
      p2 = p2 == 0 ? zeros : p2 + skip
      p3 = p3 == 0 ? zeros : p3 + skip
      while (run >= 4) {
        transpose4(v128.load(p0), v128.load(p1), v128.load(p2), v128.load(p3), dst, 16)
        p0 += 16
        p1 += 16
        p2 += 16
        p3 += 16
        dst += 64
        run -= 4
      }
      while (run > 0) {
        store<f32>(dst, load<f32>(p0))
        store<f32>(dst, load<f32>(p1), 4)
        store<f32>(dst, load<f32>(p2), 8)
        store<f32>(dst, load<f32>(p3), 12)
        p0 += 4
        p1 += 4
        p2 += 4
        p3 += 4
        dst += 16
        run--
      }
      channel = 0
    }
  }
}

/** Panels of 4 patch elements from `from` to `to`, `pixels` deep: the patches' matrix transposed. */
export function packElements(
  w: Window,
  places: usize,
  pixels: i32,
  from: i32,
  to: i32,
  dst: usize,
): void {
  const channels = w.inChannels
  for (let k = from; k < to; k += 4) {
    let place = places
    let count = pixels
    const tap = k / channels
    const channel = k % channels
    if (channel + 4 <= channels && k + 4 <= to) {
      const tapRow = (tap / w.width) * w.dilationY
      const tapColumn = (tap % w.width) * w.dilationX
      const skip = <usize>channel << 2
      do {
        const at = tapAt(w, place, tapRow, tapColumn)
        v128.store(dst, at == 0 ? f32x4.splat(0) : v128.load(at + skip))
        place += placeBytes
        dst += 16
      } while (--count)
      continue
    }
    for (let lane = 0; lane < 4; lane++) {
      const element = k + lane
      let out = dst + ((<usize>lane) << 2)
      let at = places
      if (element >= to) {
        for (let i = 0; i < pixels; i++, out += 16) store<f32>(out, 0)
        continue
      }
      const laneTap = element / channels
      const skip = <usize>(element % channels) << 2
      const tapRow = (laneTap / w.width) * w.dilationY
      const tapColumn = (laneTap % w.width) * w.dilationX
      for (let i = 0; i < pixels; i++, out += 16, at += placeBytes) {
        const value = tapAt(w, at, tapRow, tapColumn)
        store<f32>(out, value == 0 ? <f32>0 : load<f32>(value + skip))
      }
    }
    dst += <usize>pixels * 16
  }
}

/** Adds rows of the patches' matrix (`pixels` of them, `rowBytes` apart) to the image they came from: col2im. */
export function scatter(w: Window, places: usize, pixels: i32, rows: usize, rowBytes: usize): void {
  const channels = w.inChannels
  const channelBytes = <usize>channels << 2
  const joined = w.dilationX == 1
  for (let i = 0; i < pixels; i++) {
    const image = load<usize>(places)
    const top = load<i32>(places, 4)
    const left = load<i32>(places, 8)
    let src = rows
    for (let tapRow = 0; tapRow < w.height; tapRow++) {
      const y = top + tapRow * w.dilationY
      const line = image + <usize>(y * w.inWidth) * channelBytes
      if (<u32>y >= <u32>w.inHeight) {
        // Above or below the image: nothing to add.
      } else if (joined) {
        const first = max(0, -left)
        const end = min(w.width, w.inWidth - left)
        if (end > first)
          addRun(
            line + <usize>(left + first) * channelBytes,
            src + <usize>first * channelBytes,
            (end - first) * channels,
          )
      } else {
        for (let tapColumn = 0; tapColumn < w.width; tapColumn++) {
          const x = left + tapColumn * w.dilationX
          if (<u32>x < <u32>w.inWidth)
            addRun(line + <usize>x * channelBytes, src + <usize>tapColumn * channelBytes, channels)
        }
      }
      src += <usize>w.width * channelBytes
    }
    places += placeBytes
    rows += rowBytes
  }
}

/** Adds `n` floats of `src` to those of `dst`. */
@inline
export function addRun(dst: usize, src: usize, n: i32): void {
  while (n >= 4) {
    v128.store(dst, f32x4.add(v128.load(dst), v128.load(src)))
    dst += 16
    src += 16
    n -= 4
  }
  while (n > 0) {
    store<f32>(dst, load<f32>(dst) + load<f32>(src))
    dst += 4
    src += 4
    n--
  }
}
