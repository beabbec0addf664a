// Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray 2016), one axis at a time, at the points 0, ±a, ±b and ∞ with
// a = 5/8 and b = 3/2: every constant of the transforms of images and outputs is exact in float32, and the greatest error
// is a quarter of that of the usual points 0, ±1, ±2. `step` bytes lie between the vectors that are read, `out` between
// those that are written.

const a: f32 = 0.625
const b: f32 = 1.5
const a2: f32 = 0.390625
const b2: f32 = 2.25
const a3: f32 = 0.244140625
const b3: f32 = 3.375
/** a²b² and a² + b². */
const product: f32 = 0.87890625
const sum: f32 = 2.640625
/** One over the divisors of the points: a²b², 2a²(a² − b²), 2b²(b² − a²). */
const at0: f32 = <f32>(1 / 0.87890625)
const atA: f32 = <f32>(1 / (2 * 0.390625 * (0.390625 - 2.25)))
const atB: f32 = <f32>(1 / (2 * 2.25 * (2.25 - 0.390625)))

@inline
function times(v: v128, factor: f32): v128 {
  return f32x4.mul(v, f32x4.splat(factor))
}

/** Bᵀ: 6 of the image to 6 points. */
@inline
export function imageLine(src: usize, step: usize, dst: usize, out: usize): void {
  const d0 = v128.load(src)
  const d1 = v128.load(src + step)
  const d2 = v128.load(src + step * 2)
  const d3 = v128.load(src + step * 3)
  const d4 = v128.load(src + step * 4)
  const d5 = v128.load(src + step * 5)
  const evenA = f32x4.sub(d4, times(d2, b2))
  const oddA = times(f32x4.sub(d3, times(d1, b2)), a)
  const evenB = f32x4.sub(d4, times(d2, a2))
  const oddB = times(f32x4.sub(d3, times(d1, a2)), b)
  v128.store(dst, f32x4.add(f32x4.sub(times(d0, product), times(d2, sum)), d4))
  v128.store(dst + out, f32x4.add(evenA, oddA))
  v128.store(dst + out * 2, f32x4.sub(evenA, oddA))
  v128.store(dst + out * 3, f32x4.add(evenB, oddB))
  v128.store(dst + out * 4, f32x4.sub(evenB, oddB))
  v128.store(dst + out * 5, f32x4.add(f32x4.sub(times(d1, product), times(d3, sum)), d5))
}

/** G: 3 of the filter to 6 points. */
@inline
export function filterLine(src: usize, step: usize, dst: usize, out: usize): void {
  const g0 = v128.load(src)
  const g1 = v128.load(src + step)
  const g2 = v128.load(src + step * 2)
  const evenA = times(f32x4.add(g0, times(g2, a2)), atA)
  const oddA = times(times(g1, a), atA)
  const evenB = times(f32x4.add(g0, times(g2, b2)), atB)
  const oddB = times(times(g1, b), atB)
  v128.store(dst, times(g0, at0))
  v128.store(dst + out, f32x4.add(evenA, oddA))
  v128.store(dst + out * 2, f32x4.sub(evenA, oddA))
  v128.store(dst + out * 3, f32x4.add(evenB, oddB))
  v128.store(dst + out * 4, f32x4.sub(evenB, oddB))
  v128.store(dst + out * 5, g2)
}

/** Aᵀ: 6 points to 4 outputs. */
@inline
export function outputLine(src: usize, step: usize, dst: usize, out: usize): void {
  const m0 = v128.load(src)
  const m1 = v128.load(src + step)
  const m2 = v128.load(src + step * 2)
  const m3 = v128.load(src + step * 3)
  const m4 = v128.load(src + step * 4)
  const m5 = v128.load(src + step * 5)
  const evenA = f32x4.add(m1, m2)
  const oddA = f32x4.sub(m1, m2)
  const evenB = f32x4.add(m3, m4)
  const oddB = f32x4.sub(m3, m4)
  v128.store(dst, f32x4.add(m0, f32x4.add(evenA, evenB)))
  v128.store(dst + out, f32x4.add(times(oddA, a), times(oddB, b)))
  v128.store(dst + out * 2, f32x4.add(times(evenA, a2), times(evenB, b2)))
  v128.store(dst + out * 3, f32x4.add(f32x4.add(times(oddA, a3), times(oddB, b3)), m5))
}

/** 4 of an output's gradient to 6 points, as F(3×3, 4×4) takes its filter, without the points' divisors. */
@inline
export function gradientLine(src: usize, step: usize, dst: usize, out: usize): void {
  const d0 = v128.load(src)
  const d1 = v128.load(src + step)
  const d2 = v128.load(src + step * 2)
  const d3 = v128.load(src + step * 3)
  const evenA = f32x4.add(d0, times(d2, a2))
  const oddA = times(f32x4.add(d1, times(d3, a2)), a)
  const evenB = f32x4.add(d0, times(d2, b2))
  const oddB = times(f32x4.add(d1, times(d3, b2)), b)
  v128.store(dst, d0)
  v128.store(dst + out, f32x4.add(evenA, oddA))
  v128.store(dst + out * 2, f32x4.sub(evenA, oddA))
  v128.store(dst + out * 3, f32x4.add(evenB, oddB))
  v128.store(dst + out * 4, f32x4.sub(evenB, oddB))
  v128.store(dst + out * 5, d3)
}

/** 6 points, divided by their divisors, to 3 of a filter's gradient. */
@inline
export function filterGradientLine(src: usize, step: usize, dst: usize, out: usize): void {
  const m0 = v128.load(src)
  const m1 = v128.load(src + step)
  const m2 = v128.load(src + step * 2)
  const m3 = v128.load(src + step * 3)
  const m4 = v128.load(src + step * 4)
  const m5 = v128.load(src + step * 5)
  const evenA = times(f32x4.add(m1, m2), atA)
  const oddA = times(f32x4.sub(m1, m2), atA)
  const evenB = times(f32x4.add(m3, m4), atB)
  const oddB = times(f32x4.sub(m3, m4), atB)
  v128.store(dst, f32x4.add(times(m0, at0), f32x4.add(evenA, evenB)))
  v128.store(dst + out, f32x4.add(times(oddA, a), times(oddB, b)))
  v128.store(dst + out * 2, f32x4.add(f32x4.add(times(evenA, a2), times(evenB, b2)), m5))
}
