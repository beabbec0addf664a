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

/**
 * Σ dy and Σ dy·(x − mean), a channel each, over stretches of 128 rows in float32 and of stretches in float64. Computes
 * the quads of channels from `first` to `end`.
 */
export function normalizationSums(
  x: usize,
  dy: usize,
  mean: usize,
  rows: i32,
  channels: i32,
  sums: usize,
  products: usize,
  first: i32,
  end: i32,
  _: usize,
): void {
  const rowBytes = (<usize>channels) << 2
  let channel = first * 4
  const last = min(end * 4, channels)
  for (; channel < last; channel += 4) {
    const at = (<usize>channel) << 2
    const whole = channel + 4 <= last
    if (!whole) break
    const center = v128.load(mean + at)
    let sumLow = f64x2.splat(0)
    let sumHigh = f64x2.splat(0)
    let productLow = f64x2.splat(0)
    let productHigh = f64x2.splat(0)
    let a = x + at
    let b = dy + at
    let left = rows
    while (left > 0) {
      let some = min(left, 128)
      left -= some
      let sum = f32x4.splat(0)
      let product = f32x4.splat(0)
      do {
        const gradient = v128.load(b)
        sum = f32x4.add(sum, gradient)
        product = f32x4.add(product, f32x4.mul(gradient, f32x4.sub(v128.load(a), center)))
        a += rowBytes
        b += rowBytes
      } while (--some)
      sumLow = f64x2.add(sumLow, f64x2.promote_low_f32x4(sum))
      sumHigh = f64x2.add(sumHigh, f64x2.promote_low_f32x4(v128.shuffle<f32>(sum, sum, 2, 3, 2, 3)))
      productLow = f64x2.add(productLow, f64x2.promote_low_f32x4(product))
      productHigh = f64x2.add(
        productHigh,
        f64x2.promote_low_f32x4(v128.shuffle<f32>(product, product, 2, 3, 2, 3)),
      )
    }
    v128.store(
      sums + at,
      v128.shuffle<f32>(f32x4.demote_f64x2_zero(sumLow), f32x4.demote_f64x2_zero(sumHigh), 0, 1, 4, 5),
    )
    v128.store(
      products + at,
      v128.shuffle<f32>(
        f32x4.demote_f64x2_zero(productLow),
        f32x4.demote_f64x2_zero(productHigh),
        0,
        1,
        4,
        5,
      ),
    )
  }
  for (; channel < last; channel++) {
    const at = (<usize>channel) << 2
    const center = load<f32>(mean + at)
    let sum: f64 = 0
    let product: f64 = 0
    let a = x + at
    let b = dy + at
    for (let row = 0; row < rows; row++) {
      const gradient = load<f32>(b)
      sum += <f64>gradient
      product += <f64>(gradient * (load<f32>(a) - center))
      a += rowBytes
      b += rowBytes
    }
    store<f32>(sums + at, <f32>sum)
    store<f32>(products + at, <f32>product)
  }
}
