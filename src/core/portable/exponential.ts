import { inverseFactorials, ln2, sum, sumOrdered } from './pair.js'

/** Of eʳ − 1 − r over r², to degree 13: the rest is below 2⁻⁵⁷ for |r| ≤ ½ ln 2. */
const series = inverseFactorials(14, 1, 2)

const overflow = 709.782712893384
const underflow = -745.1332191019412

/** x · 2ᵏ for k from −1100 to 1100, in two steps where 2ᵏ is no double of its own. */
const scale = (x: number, k: number): number => {
  if (k > 1023) return x * 2 ** 1000 * 2 ** (k - 1000)
  return k < -1022 ? x * 2 ** (k + 1000) * 2 ** -1000 : x * 2 ** k
}

/** e to the power of high + low, where low is small beside high. Off by less than 0.7 of a last place. */
export const expOfPair = (high: number, low: number): number => {
  if (high > overflow + 1) return Infinity
  if (high < underflow - 1) return 0
  const k = Math.round(high / Math.LN2)
  // The difference is exact: k · ln2.high has no rounding, and lies within a factor of 2 of `high` unless k is 0.
  const { high: r, low: rest } = sum(high - k * ln2.high, low - k * ln2.low)
  let tail = 0
  for (const coefficient of series) tail = tail * r + coefficient
  const whole = sumOrdered(1, r)
  return scale(whole.high + (whole.low + (tail * r * r + rest)), k)
}

/** eˣ with the same bits on every machine, which `Math.exp` does not give. Off by less than 0.7 of a last place. */
export const exp = (x: number): number => (Number.isNaN(x) ? x : expOfPair(x, 0))
