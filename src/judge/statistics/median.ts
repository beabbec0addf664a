import { coinTail } from './binomial.js'
import type { Interval } from './paired.js'

/** Middle of sorted numbers. */
const middleOf = (sorted: readonly number[]): number => {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/**
 * Median and an interval for it at a level in (0, 1), from order statistics: no shape of the distribution is
 * assumed, so a machine's hiccups do not widen it. `interval` is absent where there are too few samples for the
 * level (fewer than 6 for 0.95). Source: Conover 1999, Practical Nonparametric Statistics, section 3.2.
 */
export const medianInterval = (
  samples: readonly number[],
  level: number,
): { readonly median: number; readonly interval?: Interval } => {
  const sorted = [...samples].sort((a, b) => a - b)
  const median = middleOf(sorted)
  const n = sorted.length
  // The interval from the (k + 1)-th smallest to the (k + 1)-th largest misses with probability 2·P(K ≤ k).
  let k = -1
  while (2 * coinTail(k + 1, n) <= 1 - level && 2 * (k + 2) <= n) k++
  return k < 0 ? { median } : { median, interval: { low: sorted[k]!, high: sorted[n - 1 - k]! } }
}
