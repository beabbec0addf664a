// e^x, σ and tanh of four numbers, from additions, products and divisions alone: the same bits on every processor.

@inline
function times(v: v128, factor: f32): v128 {
  return f32x4.mul(v, f32x4.splat(factor))
}

@inline
function timesPlus(v: v128, factor: v128, addend: f32): v128 {
  return f32x4.add(f32x4.mul(v, factor), f32x4.splat(addend))
}

/** 2^n, n a whole number from −126 to 127 in float32. */
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
}

/** e^r, r between −ln 2 / 2 and ln 2 / 2. */
@inline
function fraction(r: v128): v128 {
  let p = timesPlus(f32x4.splat(1.9875691500e-4), r, 1.3981999507e-3)
  p = timesPlus(p, r, 8.3334519073e-3)
  p = timesPlus(p, r, 4.1665795894e-2)
  p = timesPlus(p, r, 1.6666665459e-1)
  p = timesPlus(p, r, 5.0000001201e-1)
  return f32x4.add(f32x4.mul(f32x4.mul(p, r), r), f32x4.add(r, f32x4.splat(1)))
}

/** x less n·ln 2, in two steps that lose nothing. */
@inline
function rest(x: v128, n: v128): v128 {
  return f32x4.sub(f32x4.sub(x, times(n, 0.693359375)), times(n, -2.12194440e-4))
}

/** e^x within 2 units in the last place (Cephes, `expf`); beyond ±87 it stays where it is there. NaN stays NaN. */
@inline
export function exponential(x: v128): v128 {
  const bound = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(87))
  const n = f32x4.nearest(times(bound, 1.44269504088896341))
  return f32x4.mul(fraction(rest(bound, n)), powerOfTwo(n))
}

/** e^x of every number: down to the smallest and 0, up to infinity. */
@inline
function wholeExponential(x: v128): v128 {
  const bound = f32x4.min(f32x4.max(x, f32x4.splat(-104)), f32x4.splat(89))
  const n = f32x4.nearest(times(bound, 1.44269504088896341))
  // In two factors, neither beyond what a float holds.
  const half = f32x4.nearest(times(n, 0.5))
  const value = f32x4.mul(f32x4.mul(fraction(rest(bound, n)), powerOfTwo(half)), powerOfTwo(f32x4.sub(n, half)))
  return v128.bitselect(f32x4.splat(0), value, f32x4.lt(x, f32x4.splat(-104)))
}

/** 1/(1 + e^−x). */
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))))
}

/** tanh x: a polynomial up to 0.625 (Cephes, `tanhf`), 1 − 2/(e^2|x| + 1) beyond. */
@inline
export function tangent(x: v128): v128 {
  const square = f32x4.mul(x, x)
  let p = timesPlus(f32x4.splat(-5.70498872745e-3), square, 2.06390887954e-2)
  p = timesPlus(p, square, -5.37397155531e-2)
  p = timesPlus(p, square, 1.33314422036e-1)
  p = timesPlus(p, square, -3.33332819422e-1)
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, square), x), x)
  const size = f32x4.abs(x)
  const one = f32x4.splat(1)
  const tail = f32x4.div(f32x4.splat(2), f32x4.add(exponential(f32x4.add(size, size)), one))
  const far = v128.bitselect(x, f32x4.sub(one, tail), i32x4.splat(0x80000000))
  return v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.625)))
}

@inline
function apply(which: i32, x: v128): v128 {
  return which == 0 ? wholeExponential(x) : tangent(x)
}

@inline
function curveOf(which: i32, x: usize, y: usize, first: i32, end: i32): void {
  let at = (<usize>first) << 2
  const last = (<usize>end) << 2
  for (; at + 16 <= last; at += 16) v128.store(y + at, apply(which, v128.load(x + at)))
  for (; at < last; at += 4) v128.store_lane<f32>(y + at, apply(which, v128.load32_zero(x + at)), 0)
}

/** y = e^x (0) or tanh x (1) of the numbers from `first` to `end`. */
export function curve(which: i32, x: usize, y: usize, first: i32, end: i32, _: usize): void {
  if (which == 0) curveOf(0, x, y, first, end)
  else curveOf(1, x, y, first, end)
}
