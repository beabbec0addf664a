// Gradients of the depthwise convolution. Filter (height, width, channels, multiplier); output channel c·multiplier + m.
import { addRun, locate } from './patches'
import { Window } from './window'

/** dst += a·b over n floats. */
@inline
function addProduct(dst: usize, a: usize, b: usize, n: i32): void {
  while (n >= 4) {
    v128.store(dst, f32x4.add(v128.load(dst), f32x4.mul(v128.load(a), v128.load(b))))
    dst += 16
    a += 16
    b += 16
    n -= 4
  }
  while (n > 0) {
    store<f32>(dst, load<f32>(dst) + load<f32>(a) * load<f32>(b))
    dst += 4
    a += 4
    b += 4
    n--
  }
}

/** dst(channel) += Σ over m of dy(channel, m)·filter(channel, m). */
@inline
function addDots(dst: usize, dy: usize, filter: usize, channels: i32, multiplier: i32): void {
  for (let channel = 0; channel < channels; channel++) {
    let dot: f32 = 0
    for (let m = 0; m < multiplier; m++) {
      dot += load<f32>(dy) * load<f32>(filter)
      dy += 4
      filter += 4
    }
    store<f32>(dst, load<f32>(dst) + dot)
    dst += 4
  }
}

/** dst(channel, m) += x(channel)·dy(channel, m). */
@inline
function addOuter(dst: usize, x: usize, dy: usize, channels: i32, multiplier: i32): void {
  for (let channel = 0; channel < channels; channel++) {
    const value = load<f32>(x)
    for (let m = 0; m < multiplier; m++) {
      store<f32>(dst, load<f32>(dst) + value * load<f32>(dy))
      dst += 4
      dy += 4
    }
    x += 4
  }
}

export function depthwiseInputGradient(w: Window, dy: usize, filter: usize, dx: usize, place: usize): void {
  const channels = w.inChannels
  const multiplier = w.outChannels / channels
  const tapBytes = <usize>w.outChannels << 2
  const pixels = w.batch * w.outHeight * w.outWidth
  memory.fill(dx, 0, <usize>(w.batch * w.inHeight * w.inWidth * channels) << 2)
  for (let pixel = 0; pixel < pixels; pixel++) {
    locate(w, dx, pixel, 1, place)
    const image = load<usize>(place)
    let weights = filter
    for (let i = 0; i < w.height; i++) {
      const y = load<i32>(place, 4) + i * w.dilationY
      for (let j = 0; j < w.width; j++) {
        const x = load<i32>(place, 8) + j * w.dilationX
        if (<u32>y < <u32>w.inHeight && <u32>x < <u32>w.inWidth) {
          const cell = image + (<usize>((y * w.inWidth + x) * channels) << 2)
          if (multiplier == 1) addProduct(cell, dy, weights, channels)
          else addDots(cell, dy, weights, channels, multiplier)
        }
        weights += tapBytes
      }
    }
    dy += tapBytes
  }
}

/** `partial` has room for the filter: each image's share is summed there first, which keeps long sums exact. */
export function depthwiseFilterGradient(
  w: Window,
  x: usize,
  dy: usize,
  dFilter: usize,
  place: usize,
  partial: usize,
): void {
  const channels = w.inChannels
  const multiplier = w.outChannels / channels
  const tapBytes = <usize>w.outChannels << 2
  const area = w.outHeight * w.outWidth
  const size = w.height * w.width * w.outChannels
  memory.fill(dFilter, 0, <usize>size << 2)
  for (let batch = 0; batch < w.batch; batch++) {
    memory.fill(partial, 0, <usize>size << 2)
    for (let pixel = 0; pixel < area; pixel++) {
      locate(w, x, batch * area + pixel, 1, place)
      const image = load<usize>(place)
      let sums = partial
      for (let i = 0; i < w.height; i++) {
        const row = load<i32>(place, 4) + i * w.dilationY
        for (let j = 0; j < w.width; j++) {
          const column = load<i32>(place, 8) + j * w.dilationX
          if (<u32>row < <u32>w.inHeight && <u32>column < <u32>w.inWidth) {
            const cell = image + (<usize>((row * w.inWidth + column) * channels) << 2)
            if (multiplier == 1) addProduct(sums, cell, dy, channels)
            else addOuter(sums, cell, dy, channels, multiplier)
          }
          sums += tapBytes
        }
      }
      dy += tapBytes
    }
    addRun(dFilter, partial, size)
  }
}
