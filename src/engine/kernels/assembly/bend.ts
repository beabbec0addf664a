// What bends a number on its way out: 0 nothing, 1 relu, 2 relu6, in the order of `bends` in src/engine/activated.ts.

@inline
export function bent(value: v128, bend: i32): v128 {
  if (bend == 0) return value
  // Bits of maximum and minimum, without what those instructions do about zeros and numbers that are none.
  const above = v128.andnot(value, f32x4.le(value, f32x4.splat(0)))
  return bend == 2 ? f32x4.pmin(above, f32x4.splat(6)) : above
}

@inline
export function oneBent(value: f32, bend: i32): f32 {
  if (bend == 0) return value
  const above = max<f32>(value, 0)
  return bend == 2 ? min<f32>(above, 6) : above
}

/** Where a gradient ends: at numbers that are not below it. Not a number: nowhere. */
@inline
export function topOf(bend: i32): f32 {
  return bend == 2 ? 6 : NaN
}

/** What passes of a gradient where `value`, before or behind the bend, is between 0 and `top`, without both. */
@inline
export function passing(gradient: v128, value: v128, top: v128): v128 {
  return v128.and(gradient, v128.andnot(f32x4.gt(value, f32x4.splat(0)), f32x4.ge(value, top)))
}

@inline
export function onePassing(gradient: f32, value: f32, top: f32): f32 {
  return value > 0 && !(value >= top) ? gradient : 0
}
