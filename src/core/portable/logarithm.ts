import type { Pair } from './pair.js'
import { ln2, product, sum, sumOrdered } from './pair.js'

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)
/** Which of the two words holds sign and exponent: the second on a little-endian machine. */
const top = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0

/** Of (artanh s − s − s³/3)/s⁵ = 1/5 + s²/7 + s⁴/9 …: the rest is below 2⁻⁶⁵ for s² ≤ 0.0295. */
const series = Float64Array.from({ length: 11 }, (_, i) => 1 / (25 - 2 * i))
const third: Pair = { high: 1 / 3, low: 1.850371707708594e-17 }
const nothing: Pair = { high: 0, low: 0 }

/**
 * ln x of a positive, finite x as a pair, relatively off by about 2⁻⁶⁰: x = m · 2ᵏ with m from √½ to √2, and
 * ln m = 2 artanh s with s = (m − 1)/(m + 1).
 */
export const logPair = (x: number): Pair => {
  let k = 0
  double[0] = x
  if (words[top]! < 0x00100000) {
    double[0] = x * 18014398509481984
    k = -54
  }
  k += (words[top]! >>> 20) - 1023
  words[top] = (words[top]! & 0x000fffff) | 0x3ff00000
  let m = double[0]!
  if (m > Math.SQRT2) {
    m /= 2
    k++
  }
  const above = m - 1
  if (above === 0 && k === 0) return nothing
  const below = sumOrdered(m > 1 ? m : 1, m > 1 ? 1 : m)
  const s = above / below.high
  const back = product(s, below.high)
  const sRest = (above - back.high - back.low - s * below.low) / below.high
  const z = product(s, s)
  const zRest = z.low + 2 * s * sRest
  let tail = 0
  for (const coefficient of series) tail = tail * z.high + coefficient
  const bend = product(z.high, third.high)
  const bent = sum(bend.high, bend.low + z.high * third.low + zRest * third.high + tail * z.high * z.high)
  const twice = 2 * s
  const curve = product(twice, bent.high)
  const near = sumOrdered(twice, curve.high)
  const nearRest = near.low + curve.low + twice * bent.low + 2 * sRest * (1 + bent.high)
  const whole = sum(k * ln2.high, near.high)
  return sumOrdered(whole.high, whole.low + (nearRest + k * ln2.low))
}

/** The natural logarithm with the same bits on every machine, which `Math.log` does not give. Off by less than 0.51 of a last place. */
export const log = (x: number): number => {
  if (x === 0) return -Infinity
  if (!(x > 0)) return NaN
  if (x === Infinity) return x
  return logPair(x).high
}

const inverseLn10: Pair = { high: Math.LOG10E, low: 1.098319650216765e-17 }

/** The decimal logarithm with the same bits on every machine; whole for powers of ten. */
export const log10 = (x: number): number => {
  const first = log(x)
  if (!Number.isFinite(first) || first === 0) return first
  const { high, low } = logPair(x)
  const scaled = product(high, inverseLn10.high)
  return scaled.high + (scaled.low + high * inverseLn10.low + low * inverseLn10.high)
}
