// Vectors with one number.

@inline
export function times(v: v128, factor: f32): v128 {
  return f32x4.mul(v, f32x4.splat(factor))
}

@inline
export function plus(v: v128, addend: f32): v128 {
  return f32x4.add(v, f32x4.splat(addend))
}
