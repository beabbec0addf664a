// e^x, σ and tanh of four numbers, from additions, products and divisions alone: the same bits on every processor.

@inline
function times(v: v128, factor: f32): v128 {
  return f32x4.mul(v, f32x4.splat(factor))
}

@inline
function timesPlus(v: v128, factor: v128, addend: f32): v128 {
  return f32x4.add(f32x4.mul(v, factor), f32x4.splat(addend))
}

/** e^x within 2 units in the last place (Cephes, `expf`); beyond ±87 it stays where it is there. NaN stays NaN. */
@inline
export function exponential(x: v128): v128 {
  const bound = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(87))
  const n = f32x4.nearest(times(bound, 1.44269504088896341))
  const r = f32x4.sub(f32x4.sub(bound, times(n, 0.693359375)), times(n, -2.12194440e-4))
  let p = timesPlus(f32x4.splat(1.9875691500e-4), r, 1.3981999507e-3)
  p = timesPlus(p, r, 8.3334519073e-3)
  p = timesPlus(p, r, 4.1665795894e-2)
  p = timesPlus(p, r, 1.6666665459e-1)
  p = timesPlus(p, r, 5.0000001201e-1)
  const fraction = f32x4.add(f32x4.mul(f32x4.mul(p, r), r), f32x4.add(r, f32x4.splat(1)))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(fraction, power)
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
