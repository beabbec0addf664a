// Per-channel work of batch normalization over x(rows × channels).
import { bent, oneBent } from './bend'

/** y = (x − mean)·factor + offset, a channel each, then the bend, for the rows from `first` to `end`. */
export function normalize(
  x: usize,
  mean: usize,
  factor: usize,
  offset: usize,
  channels: i32,
  y: usize,
  bend: i32,
  first: i32,
  end: i32,
  _: usize,
): void {
  const rowBytes = (<usize>channels) << 2
  const wholes = rowBytes & ~15
  let at = <usize>first * rowBytes
  for (let row = first; row < end; row++) {
    let c: usize = 0
    for (; c < wholes; c += 16) {
      const off = f32x4.mul(f32x4.sub(v128.load(x + at + c), v128.load(mean + c)), v128.load(factor + c))
      const value = f32x4.add(off, v128.load(offset + c))
      v128.store(y + at + c, bent(value, bend))
    }
    for (; c < rowBytes; c += 4) {
      const value = (load<f32>(x + at + c) - load<f32>(mean + c)) * load<f32>(factor + c) + load<f32>(offset + c)
      store<f32>(y + at + c, oneBent(value, bend))
    }
    at += rowBytes
  }
}
