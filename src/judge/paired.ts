import { fairBinomialBelow } from '../core/binomial.js'
import { normalQuantile } from './normal.js'

/** Answers of two models to the same examples, counted. */
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

/**
 * Two-sided p value of the hypothesis that gains and losses are equally likely: the differing pairs under a fair coin,
 * exact. 1 where the models never differ. Source: McNemar 1947, Psychometrika 12(2).
 */
export const mcnemarExact = ({ gained, lost }: PairedCounts): number =>
  Math.min(1, 2 * fairBinomialBelow(Math.min(gained, lost), gained + lost))

/**
 * Score statistic of the hypothesis that the candidate's share of right answers exceeds the reference's by `delta`:
 * (b − c − nδ) / √(n (2q̃ + δ(1 − δ))), q̃ the likeliest share of losses under it. It falls as `delta` grows.
 * Source: Tango 1998, Statistics in Medicine 17(8), formulas 9 and 10.
 */
export const tangoScore = ({ examples: n, gained: b, lost: c }: PairedCounts, delta: number): number => {
  const linear = -b - c + (2 * n - b + c) * delta
  const constant = -c * delta * (1 - delta)
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * n * constant))
  // Of the two ways to write the larger root, the one without cancellation.
  const q = linear <= 0 ? (root - linear) / (4 * n) : (-2 * constant) / (root + linear)
  const distance = b - c - n * delta
  const variance = n * (2 * q + delta * (1 - delta))
  if (distance === 0) return 0
  return variance > 0 ? distance / Math.sqrt(variance) : distance * Infinity
}

/** The `delta` whose score is `z`, by halving down to neighbouring numbers. */
const solve = (counts: PairedCounts, z: number): number => {
  let low = -1
  let high = 1
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (tangoScore(counts, middle) > z) low = middle
    else high = middle
  }
}

/**
 * Tango's score interval for the difference of two paired shares (candidate's less reference's), each end at one-sided
 * level `alpha` in (0, 0.5): together a 1 − 2·alpha interval. It keeps its level where Wald's fails: few differing
 * pairs, none at all, or nothing but them. Without any example it is [−1, 1].
 */
export const tangoInterval = (
  counts: PairedCounts,
  alpha: number,
): { readonly low: number; readonly high: number } => {
  const { examples, gained, lost } = counts
  if (examples === 0) return { low: -1, high: 1 }
  const z = -normalQuantile(alpha)
  return {
    low: lost === examples ? -1 : solve(counts, z),
    high: gained === examples ? 1 : solve(counts, -z),
  }
}
