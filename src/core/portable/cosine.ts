import type { Pair } from './pair.js'
import { inverseFactorials, product } from './pair.js'

const turn: Pair = { high: 6.283185307179586, low: 2.4492935982947064e-16 }
/** Of cos and sin in z = −t², beyond the first terms: the rest is below 2⁻⁶⁰ for |t| ≤ π/4. */
const evens = inverseFactorials(20, 2, 4)
const odds = inverseFactorials(21, 2, 3)

const horner = (coefficients: Float64Array, z: number): number => {
  let value = 0
  for (const coefficient of coefficients) value = value * z + coefficient
  return value
}

/**
 * The cosine of an angle in whole turns, cos 2πu, with the same bits on every machine, which `Math.cos` does not give:
 * quarter turns are taken off exactly before π comes in. Off by less than 0.9 of a last place; 0 at quarters.
 */
export const cosineOfTurns = (turns: number): number => {
  const size = Math.abs(turns)
  const part = size - Math.floor(size)
  const quarter = Math.round(4 * part)
  // Exact: both are within a factor of 2 of each other, or the quarter is 0.
  const rest = part - quarter / 4
  const whole = product(rest, turn.high)
  const t = whole.high
  const low = whole.low + rest * turn.low
  const { high: square, low: squareRest } = product(t, t)
  if (quarter % 2 === 0) {
    const half = square / 2
    const near = 1 - half
    const value =
      near + (1 - near - half + (square * square * horner(evens, -square) - (t * low + squareRest / 2)))
    return quarter === 2 ? -value : value
  }
  const value = t + (low - t * square * horner(odds, -square))
  return quarter === 1 ? 0 - value : value
}
