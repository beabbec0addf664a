// Per-channel work of batch normalization over x(rows × channels).

/** y = (x − mean)·factor + offset, a channel each, then relu if asked for, for the rows from `first` to `end`. */
export function normalize(
  x: usize,
  mean: usize,
  factor: usize,
  offset: usize,
  channels: i32,
  y: usize,
  relu: bool,
  first: i32,
  end: i32,
  _: usize,
): void {
  const rowBytes = (<usize>channels) << 2
  const wholes = rowBytes & ~15
  const zero = f32x4.splat(0)
  let at = <usize>first * rowBytes
  for (let row = first; row < end; row++) {
    let c: usize = 0
    for (; c < wholes; c += 16) {
      const off = f32x4.mul(f32x4.sub(v128.load(x + at + c), v128.load(mean + c)), v128.load(factor + c))
      const value = f32x4.add(off, v128.load(offset + c))
      v128.store(y + at + c, relu ? f32x4.max(value, zero) : value)
    }
    for (; c < rowBytes; c += 4) {
      const value = (load<f32>(x + at + c) - load<f32>(mean + c)) * load<f32>(factor + c) + load<f32>(offset + c)
      store<f32>(y + at + c, relu ? max<f32>(value, 0) : value)
    }
    at += rowBytes
  }
}
