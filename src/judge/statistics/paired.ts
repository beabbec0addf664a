import { coinTail } from './binomial.js'
import { normalQuantile } from './normal.js'

/** Answers of two models to the same examples, counted. */
export interface Pairs {
  /** Examples in all. */
  readonly count: number
  /** Only the candidate is right. */
  readonly gained: number
  /** Only the reference is right. */
  readonly lost: number
}

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * Two-sided p value of the hypothesis that gains and losses are equally likely; exact (binomial, not χ²).
 * 1 where the models never differ. Source: McNemar 1947, Psychometrika 12(2); exact form: Liddell 1983.
 */
export const mcNemar = ({ gained, lost }: Pairs): number =>
  Math.min(1, 2 * coinTail(Math.min(gained, lost), gained + lost))

/**
 * Score statistic of the hypothesis that the candidate's share of right answers exceeds the reference's by `delta`:
 * (b − c − nδ) / √(n (2q̃ + δ(1 − δ))), q̃ the likeliest share of losses under it. It falls as `delta` grows.
 */
export const tangoScore = ({ count: n, gained: b, lost: c }: Pairs, delta: number): number => {
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

/** The `delta` whose score is `z`, by halving; the score falls from +∞ at −1 to −∞ at 1. */
const solve = (pairs: Pairs, z: number): number => {
  let low = -1
  let high = 1
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (tangoScore(pairs, middle) > z) low = middle
    else high = middle
  }
}

/**
 * Interval for the difference of two paired shares (candidate's less reference's) at a level in (0, 1); it keeps its
 * level where Wald's fails: few differing pairs, none at all, or nothing but them.
 * Source: Tango 1998, Statistics in Medicine 17(8), 891–908.
 */
export const tangoInterval = (pairs: Pairs, level: number): Interval => {
  const { count, gained, lost } = pairs
  if (!(count >= 1) || gained + lost > count) throw new RangeError('no such pairs')
  const z = -normalQuantile((1 - level) / 2)
  return {
    low: lost === count ? -1 : solve(pairs, z),
    high: gained === count ? 1 : solve(pairs, -z),
  }
}
