import { fairBinomialBelow } from '../core/binomial.js'
import { normalQuantile } from './normal.js'

/** Two models on the same examples: on how many they agree in being right, and on how many just one is. */
export interface PairedCounts {
  readonly examples: number
  /** Only the candidate is right. */
  readonly gained: number
  /** Only the reference is right. */
  readonly lost: number
}

/** Counts from packed correctness bits (least significant bit first), `examples` of them. */
export const countPairs = (candidate: Uint8Array, reference: Uint8Array, examples: number): PairedCounts => {
  let gained = 0
  let lost = 0
  for (let i = 0; i < examples; i++) {
    const mine = (candidate[i >> 3]! >> (i & 7)) & 1
    const other = (reference[i >> 3]! >> (i & 7)) & 1
    if (mine > other) gained++
    else if (mine < other) lost++
  }
  return { examples, gained, lost }
}

/** Two-sided p value of McNemar's exact test: the discordant pairs under a fair coin. 1 where there are none. */
export const mcnemarExact = ({ gained, lost }: PairedCounts): number =>
  gained + lost === 0 ? 1 : Math.min(1, 2 * fairBinomialBelow(Math.min(gained, lost), gained + lost))

/**
 * Score statistic of the hypothesis that the difference of the paired proportions (candidate − reference) is `delta`:
 * T. Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
 * design", Statistics in Medicine 17 (1998), formulas (9) and (10).
 */
const score = ({ examples: n, gained: b, lost: c }: PairedCounts, delta: number): number => {
  const distance = b - c - n * delta
  if (distance === 0) return 0
  const linear = -b - c + (2 * n - b + c) * delta
  const root = Math.sqrt(Math.max(0, linear * linear + 8 * n * c * delta * (1 - delta)))
  const q = (root - linear) / (4 * n)
  const variance = n * (2 * q + delta * (1 - delta))
  return variance <= 0 ? Math.sign(distance) * Infinity : distance / Math.sqrt(variance)
}

/**
 * Tango's score interval for the difference of two paired proportions (candidate − reference), each end at
 * one-sided level `alpha`: together a 1 − 2·alpha interval. Without any example it is [−1, 1].
 */
export const tangoInterval = (
  counts: PairedCounts,
  alpha: number,
): { readonly low: number; readonly high: number } => {
  if (counts.examples === 0) return { low: -1, high: 1 }
  const z = normalQuantile(1 - alpha)
  const estimate = (counts.gained - counts.lost) / counts.examples
  // The statistic falls as the difference grows, so each end is the one crossing of ±z on its side.
  const crossing = (wanted: number, from: number, to: number): number => {
    let low = from
    let high = to
    for (let i = 0; i < 200 && high - low > 1e-12; i++) {
      const middle = (low + high) / 2
      if (score(counts, middle) > wanted) low = middle
      else high = middle
    }
    return (low + high) / 2
  }
  return { low: crossing(z, -1, estimate), high: crossing(-z, estimate, 1) }
}
