// Per-channel work of batch normalization over x(rows × channels).

/** y = (x − mean)·factor + offset, a channel each, for the rows from `first` to `end`. */
export function normalize(
  x: usize,
  mean: usize,
  factor: usize,
  offset: usize,
  channels: i32,
  y: usize,
  first: i32,
  end: i32,
  _: usize,
): void {
  const skip = <usize>first * (<usize>channels << 2)
  x += skip
  y += skip
  for (let row = first; row < end; row++) {
    let channel = 0
    for (; channel + 4 <= channels; channel += 4) {
      const at = (<usize>channel) << 2
      v128.store(
        y + at,
        f32x4.add(
          f32x4.mul(f32x4.sub(v128.load(x + at), v128.load(mean + at)), v128.load(factor + at)),
          v128.load(offset + at),
        ),
      )
    }
    for (; channel < channels; channel++) {
      const at = (<usize>channel) << 2
      store<f32>(
        y + at,
        (load<f32>(x + at) - load<f32>(mean + at)) * load<f32>(factor + at) + load<f32>(offset + at),
      )
    }
    x += (<usize>channels) << 2
    y += (<usize>channels) << 2
  }
}
