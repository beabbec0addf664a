// Sums. Stretches of 128 numbers are added in float32, and the stretches in float64: fast, and as exact as need be
// however long the sum is. The order depends on the shape alone.

const stretch: i32 = 128

@inline
function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v)
}

@inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3))
}

@inline
function joined(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5)
}

/** Sum of n adjacent floats. */
function sumRun(x: usize, n: i32): f64 {
  let total: f64 = 0
  while (n >= 16) {
    let blocks = min(n >> 4, stretch)
    n -= blocks << 4
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    do {
      s0 = f32x4.add(s0, v128.load(x))
      s1 = f32x4.add(s1, v128.load(x, 16))
      s2 = f32x4.add(s2, v128.load(x, 32))
      s3 = f32x4.add(s3, v128.load(x, 48))
      x += 64
    } while (--blocks)
    const sum = f64x2.add(
      f64x2.add(f64x2.add(low(s0), high(s0)), f64x2.add(low(s1), high(s1))),
      f64x2.add(f64x2.add(low(s2), high(s2)), f64x2.add(low(s3), high(s3))),
    )
    total += f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
  }
  while (n > 0) {
    total += <f64>load<f32>(x)
    x += 4
    n--
  }
  return total
}

/** Sums of 16 adjacent columns over n rows, divided. */
function sumColumns16(x: usize, rowBytes: usize, n: i32, y: usize, divisor: v128): void {
  let t0 = f64x2.splat(0)
  let t1 = f64x2.splat(0)
  let t2 = f64x2.splat(0)
  let t3 = f64x2.splat(0)
  let t4 = f64x2.splat(0)
  let t5 = f64x2.splat(0)
  let t6 = f64x2.splat(0)
  let t7 = f64x2.splat(0)
  while (n > 0) {
    let rows = min(n, stretch)
    n -= rows
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    do {
      s0 = f32x4.add(s0, v128.load(x))
      s1 = f32x4.add(s1, v128.load(x, 16))
      s2 = f32x4.add(s2, v128.load(x, 32))
      s3 = f32x4.add(s3, v128.load(x, 48))
      x += rowBytes
    } while (--rows)
    t0 = f64x2.add(t0, low(s0))
    t1 = f64x2.add(t1, high(s0))
    t2 = f64x2.add(t2, low(s1))
    t3 = f64x2.add(t3, high(s1))
    t4 = f64x2.add(t4, low(s2))
    t5 = f64x2.add(t5, high(s2))
    t6 = f64x2.add(t6, low(s3))
    t7 = f64x2.add(t7, high(s3))
  }
  v128.store(y, joined(f64x2.div(t0, divisor), f64x2.div(t1, divisor)))
  v128.store(y, joined(f64x2.div(t2, divisor), f64x2.div(t3, divisor)), 16)
  v128.store(y, joined(f64x2.div(t4, divisor), f64x2.div(t5, divisor)), 32)
  v128.store(y, joined(f64x2.div(t6, divisor), f64x2.div(t7, divisor)), 48)
}

/** Sum of one column over n rows, divided. */
function sumColumn(x: usize, rowBytes: usize, n: i32, y: usize, divisor: f64): void {
  let total: f64 = 0
  while (n > 0) {
    total += <f64>load<f32>(x)
    x += rowBytes
    n--
  }
  store<f32>(y, <f32>(total / divisor))
}

/** Columns that are summed together. */
const group: i32 = 16

/** Parts of y, for `reduceSum`: rows, or groups of columns where there is one row. */
export function reduceParts(outer: i32, inner: i32): i32 {
  return outer > 1 ? outer : (inner + group - 1) / group
}

/**
 * y(outer × inner) = Σ over the middle of x(outer × n × inner), divided by `divisor`. Computes the parts from `first`
 * to `end`.
 */
export function reduceSum(
  x: usize,
  outer: i32,
  n: i32,
  inner: i32,
  y: usize,
  divisor: f64,
  first: i32,
  end: i32,
  _: usize,
): void {
  const rowBytes = <usize>inner << 2
  const divisors = f64x2.splat(divisor)
  const top = outer > 1 ? first : 0
  const bottom = outer > 1 ? end : 1
  const left = outer > 1 ? 0 : first * group
  const right = outer > 1 ? inner : min(end * group, inner)
  x += <usize>top * <usize>n * rowBytes
  y += <usize>top * rowBytes
  for (let i = top; i < bottom; i++) {
    if (inner == 1) store<f32>(y, <f32>(sumRun(x, n) / divisor))
    else {
      let j = left
      for (; j + group <= right; j += group)
        sumColumns16(x + ((<usize>j) << 2), rowBytes, n, y + ((<usize>j) << 2), divisors)
      for (; j < right; j++) sumColumn(x + ((<usize>j) << 2), rowBytes, n, y + ((<usize>j) << 2), divisor)
    }
    x += <usize>n * rowBytes
    y += rowBytes
  }
}

/**
 * y(outer × n × inner) = x(outer × inner) over and over, divided by `divisor`: the gradient of a sum or a mean. Computes the
 * outer ones from `first` to `end`; `scratch` has room for `inner` floats.
 */
export function spread(
  x: usize,
  n: i32,
  inner: i32,
  y: usize,
  divisor: f32,
  first: i32,
  end: i32,
  scratch: usize,
): void {
  const rowBytes = <usize>inner << 2
  x += <usize>first * rowBytes
  y += <usize>first * <usize>n * rowBytes
  for (let i = first; i < end; i++) {
    for (let at: usize = 0; at < rowBytes; at += 4) store<f32>(scratch + at, load<f32>(x + at) / divisor)
    if (inner == 1) {
      const value = load<f32>(scratch)
      for (let row = 0; row < n; row++, y += 4) store<f32>(y, value)
    } else for (let row = 0; row < n; row++, y += rowBytes) memory.copy(y, scratch, rowBytes)
    x += rowBytes
  }
}
