// Passes over x(rows × channels), row by row: batch normalization's, and a relu's gradient. Stretches of 128 rows are summed in float32, and the
// stretches in float64.
const stretch: i32 = 128

/** sums += x − pivot, a channel each. */
@inline
function addOffsets(sums: usize, x: usize, pivot: usize, n: i32): void {
  while (n >= 4) {
    v128.store(sums, f32x4.add(v128.load(sums), f32x4.sub(v128.load(x), v128.load(pivot))))
    sums += 16
    x += 16
    pivot += 16
    n -= 4
  }
  while (n > 0) {
    store<f32>(sums, load<f32>(sums) + (load<f32>(x) - load<f32>(pivot)))
    sums += 4
    x += 4
    pivot += 4
    n--
  }
}

/** sums += (x − mean)², a channel each. */
@inline
function addSquares(sums: usize, x: usize, mean: usize, n: i32): void {
  while (n >= 4) {
    const off = f32x4.sub(v128.load(x), v128.load(mean))
    v128.store(sums, f32x4.add(v128.load(sums), f32x4.mul(off, off)))
    sums += 16
    x += 16
    mean += 16
    n -= 4
  }
  while (n > 0) {
    const off = load<f32>(x) - load<f32>(mean)
    store<f32>(sums, load<f32>(sums) + off * off)
    sums += 4
    x += 4
    mean += 4
    n--
  }
}

/** sums += dy and products += dy·(x − mean), a channel each. */
@inline
function addProducts(sums: usize, products: usize, dy: usize, x: usize, mean: usize, n: i32): void {
  while (n >= 4) {
    const gradient = v128.load(dy)
    const off = f32x4.sub(v128.load(x), v128.load(mean))
    v128.store(sums, f32x4.add(v128.load(sums), gradient))
    v128.store(products, f32x4.add(v128.load(products), f32x4.mul(gradient, off)))
    sums += 16
    products += 16
    dy += 16
    x += 16
    mean += 16
    n -= 4
  }
  while (n > 0) {
    const gradient = load<f32>(dy)
    store<f32>(sums, load<f32>(sums) + gradient)
    store<f32>(products, load<f32>(products) + gradient * (load<f32>(x) - load<f32>(mean)))
    sums += 4
    products += 4
    dy += 4
    x += 4
    mean += 4
    n--
  }
}

/**
 * The mean of each channel and the sum of squares about it (Chan, Golub & LeVeque 1983) over each chunk of `each` rows,
 * into `states`: a chunk's `channels` means and as many sums, float64. Chunks `first` to `end`; `scratch` has room for two
 * rows.
 */
export function channelMoments(
  x: usize,
  rows: i32,
  channels: i32,
  each: i32,
  states: usize,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const rowBytes = (<usize>channels) << 2
  const wide = rowBytes << 1
  const means = scratch
  const sums = scratch + rowBytes
  for (let chunk = first; chunk < end; chunk++) {
    const state = states + <usize>chunk * (wide << 1)
    memory.fill(state, 0, wide << 1)
    const last = min(rows, (chunk + 1) * each)
    for (let at = chunk * each; at < last; at += stretch) {
      const row = x + <usize>at * rowBytes
      const count = min(last - at, stretch)
      memory.fill(means, 0, wide)
      // About the stretch's first row, or numbers far from 0 would lose their digits.
      for (let i = 1; i < count; i++) addOffsets(means, row + <usize>i * rowBytes, row, channels)
      const before = <f64>(at - chunk * each)
      const after = before + <f64>count
      for (let c: usize = 0; c < rowBytes; c += 4) {
        const mean = <f64>load<f32>(row + c) + <f64>load<f32>(means + c) / <f64>count
        store<f32>(means + c, <f32>mean)
        const known = load<f64>(state + (c << 1))
        const off = mean - known
        store<f64>(state + (c << 1), known + (off * <f64>count) / after)
        const squares = state + wide + (c << 1)
        store<f64>(squares, load<f64>(squares) + (off * off * before * <f64>count) / after)
      }
      for (let i = 0; i < count; i++) addSquares(sums, row + <usize>i * rowBytes, means, channels)
      for (let c: usize = 0; c < rowBytes; c += 4) {
        const squares = state + wide + (c << 1)
        store<f64>(squares, load<f64>(squares) + <f64>load<f32>(sums + c))
      }
    }
  }
}

/** Σ dy and Σ dy·(x − mean) of each channel over each chunk of `each` rows, into `states`: a chunk's twice `channels` float64. Chunks `first` to `end`; `scratch` has room for two rows. */
export function channelProducts(
  x: usize,
  dy: usize,
  mean: usize,
  rows: i32,
  channels: i32,
  each: i32,
  states: usize,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const rowBytes = (<usize>channels) << 2
  for (let chunk = first; chunk < end; chunk++) {
    const state = states + <usize>chunk * (rowBytes << 2)
    memory.fill(state, 0, rowBytes << 2)
    const last = min(rows, (chunk + 1) * each)
    for (let row = chunk * each; row < last; row += stretch) {
      const count = min(last - row, stretch)
      memory.fill(scratch, 0, rowBytes << 1)
      let at = <usize>row * rowBytes
      for (let i = 0; i < count; i++) {
        addProducts(scratch, scratch + rowBytes, dy + at, x + at, mean, channels)
        at += rowBytes
      }
      for (let c: usize = 0; c < rowBytes << 1; c += 4) {
        const sum = state + (c << 1)
        store<f64>(sum, load<f64>(sum) + <f64>load<f32>(scratch + c))
      }
    }
  }
}

/** dz = dy where y > 0, else 0, and sums += dz, a channel each. */
@inline
function addMasked(sums: usize, dy: usize, y: usize, dz: usize, n: i32): void {
  const zero = f32x4.splat(0)
  while (n >= 4) {
    const value = v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero))
    v128.store(dz, value)
    v128.store(sums, f32x4.add(v128.load(sums), value))
    sums += 16
    dy += 16
    y += 16
    dz += 16
    n -= 4
  }
  while (n > 0) {
    const value: f32 = load<f32>(y) > 0 ? load<f32>(dy) : 0
    store<f32>(dz, value)
    store<f32>(sums, load<f32>(sums) + value)
    sums += 4
    dy += 4
    y += 4
    dz += 4
    n--
  }
}

/** dz = dy where y > 0, else 0, and Σ dz of each channel over each chunk of `each` rows, into `states`: `channels` float64 a chunk. Chunks `first` to `end`; `scratch` has room for a row. */
export function maskedSums(
  dy: usize,
  y: usize,
  dz: usize,
  rows: i32,
  channels: i32,
  each: i32,
  states: usize,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const rowBytes = (<usize>channels) << 2
  for (let chunk = first; chunk < end; chunk++) {
    const state = states + <usize>chunk * (rowBytes << 1)
    memory.fill(state, 0, rowBytes << 1)
    const last = min(rows, (chunk + 1) * each)
    for (let row = chunk * each; row < last; row += stretch) {
      const count = min(last - row, stretch)
      memory.fill(scratch, 0, rowBytes)
      let at = <usize>row * rowBytes
      for (let i = 0; i < count; i++) {
        addMasked(scratch, dy + at, y + at, dz + at, channels)
        at += rowBytes
      }
      for (let c: usize = 0; c < rowBytes; c += 4) {
        const sum = state + (c << 1)
        store<f64>(sum, load<f64>(sum) + <f64>load<f32>(scratch + c))
      }
    }
  }
}

/** dx = dy·factor + (x − mean)·slope + offset, a channel each, of rows `first` to `end`. */
export function normalizationGradient(
  x: usize,
  dy: usize,
  mean: usize,
  factor: usize,
  slope: usize,
  offset: usize,
  channels: i32,
  dx: usize,
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
      const off = f32x4.sub(v128.load(x + at + c), v128.load(mean + c))
      const bent = f32x4.add(f32x4.mul(off, v128.load(slope + c)), v128.load(offset + c))
      v128.store(dx + at + c, f32x4.add(f32x4.mul(v128.load(dy + at + c), v128.load(factor + c)), bent))
    }
    for (; c < rowBytes; c += 4) {
      const off = load<f32>(x + at + c) - load<f32>(mean + c)
      const bent = off * load<f32>(slope + c) + load<f32>(offset + c)
      store<f32>(dx + at + c, load<f32>(dy + at + c) * load<f32>(factor + c) + bent)
    }
    at += rowBytes
  }
}
