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

/** dx of the images from `first` to `end`. `place` has room for one pixel's place. */
export function depthwiseInputGradient(
  w: Window,
  dy: usize,
  filter: usize,
  dx: usize,
  first: i32,
  end: i32,
  place: usize,
): void {
  const channels = w.inChannels
  const multiplier = w.outChannels / channels
  const tapBytes = <usize>w.outChannels << 2
  const area = w.outHeight * w.outWidth
  const imageBytes = <usize>(w.inHeight * w.inWidth * channels) << 2
  memory.fill(dx + <usize>first * imageBytes, 0, <usize>(end - first) * imageBytes)
  dy += <usize>(first * area) * tapBytes
  for (let pixel = first * area; pixel < end * area; pixel++) {
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

/**
 * The filter's gradient of each image from `first` to `end`, into partials(batch × filter): `sumPartials` adds them up,
 * which keeps long sums exact. `place` has room for one pixel's place.
 */
export function depthwiseFilterPartials(
  w: Window,
  x: usize,
  dy: usize,
  partials: usize,
  first: i32,
  end: i32,
  place: usize,
): void {
  const channels = w.inChannels
  const multiplier = w.outChannels / channels
  const tapBytes = <usize>w.outChannels << 2
  const area = w.outHeight * w.outWidth
  const bytes = <usize>(w.height * w.width * w.outChannels) << 2
  dy += <usize>(first * area) * tapBytes
  for (let batch = first; batch < end; batch++) {
    const partial = partials + <usize>batch * bytes
    memory.fill(partial, 0, bytes)
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
  }
}

/** y = Σ of `count` rows of n floats, in their order. */
export function sumPartials(partials: usize, count: i32, n: i32, y: usize): void {
  memory.fill(y, 0, <usize>n << 2)
  for (let i = 0; i < count; i++) {
    addRun(y, partials, n)
    partials += <usize>n << 2
  }
}
