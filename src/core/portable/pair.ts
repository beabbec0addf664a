// Numbers as unevaluated sums of two doubles, with the classic error-free transformations. Each is made of + − × ÷
// alone, which IEEE 754 rounds exactly and JavaScript never fuses: the same bits on every processor and engine.

/** high + low, where low is at most half a last place of high: about 106 bits. */
export interface Pair {
  readonly high: number
  readonly low: number
}

/** a + b, exactly (Knuth 1969, section 4.2.2, theorem B). */
export const sum = (a: number, b: number): Pair => {
  const high = a + b
  const part = high - a
  return { high, low: a - (high - part) + (b - part) }
}

/** a + b, exactly, where |a| ≥ |b| or a is 0 (Dekker 1971). */
export const sumOrdered = (a: number, b: number): Pair => {
  const high = a + b
  return { high, low: b - (high - a) }
}

/** 2²⁷ + 1 cuts a double into two halves of 26 bits (Veltkamp 1968). */
const cutter = 134217729

/** a · b, exactly (Dekker 1971), while neither is beyond 2⁹⁹⁰ and the product not below 2⁻⁹⁶⁰. */
export const product = (a: number, b: number): Pair => {
  const high = a * b
  const cutA = cutter * a
  const a1 = cutA - (cutA - a)
  const a2 = a - a1
  const cutB = cutter * b
  const b1 = cutB - (cutB - b)
  const b2 = b - b1
  return { high, low: a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2 }
}

/** ln 2 as a number whose product with any exponent of a double is exact (its last 21 bits are 0), and the rest of it. */
export const ln2: Pair = { high: 0.6931471803691238, low: 1.9082149292705877e-10 }

/** 1/n!, 1/(n − step)! … in Horner's order, from degree n down. */
export const inverseFactorials = (from: number, step: number, to: number): Float64Array => {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))
  return Float64Array.from({ length: (from - to) / step + 1 }, (_, i) => 1 / factorial(from - i * step))
}
