import { fairBinomialBelow } from './binomial.js'

/**
 * The median of a sample with a distribution-free interval from its order statistics: the pair of ranks, alike from
 * both ends, that holds the true median with at least this confidence (W. J. Conover, Practical Nonparametric
 * Statistics, 3.2). Undefined where the sample is too small for it.
 */
export const medianInterval = (
  sample: readonly number[],
  confidence: number,
): { readonly median: number; readonly low: number; readonly high: number } | undefined => {
  const sorted = [...sample].sort((a, b) => a - b)
  const n = sorted.length
  let rank = -1
  while (2 * fairBinomialBelow(rank + 1, n) <= 1 - confidence) rank++
  if (n === 0 || rank < 0) return undefined
  const median = (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.floor(n / 2)]!) / 2
  return { median, low: sorted[rank]!, high: sorted[n - 1 - rank]! }
}
