import { type Normalization, identity } from './normalization.js'
import type { Numbers } from './numbers.js'

export type NormalizeChoice = {
  readonly divide?: number
  readonly standardize?: Over
  readonly minMax?: Over
}
type Over = 'all' | 'feature' | 'channel'

/** How many constants there are: one, one for each channel, or one for each number of an example. */
const periodOf = (over: Over, shape: readonly number[]): number =>
  over === 'all'
    ? 1
    : over === 'channel'
      ? (shape.at(-1) ?? 1)
      : shape.reduce((product, side) => product * side, 1)

/** Means and standard deviations (of the whole, not of a sample: divided by n), in two passes, float64. */
const meanAndDeviation = (stored: Numbers, period: number): Normalization => {
  const each = stored.length / period
  const offset = new Array<number>(period).fill(0)
  const squares = new Array<number>(period).fill(0)
  for (let i = 0; i < stored.length; i++) offset[i % period]! += stored[i]!
  for (let i = 0; i < period; i++) offset[i]! /= each
  for (let i = 0; i < stored.length; i++) {
    const from = stored[i]! - offset[i % period]!
    squares[i % period]! += from * from
  }
  return { offset, scale: squares.map(sum => Math.sqrt(sum / each) || 1) }
}

const lowAndRange = (stored: Numbers, period: number): Normalization => {
  const low = new Array<number>(period).fill(Infinity)
  const high = new Array<number>(period).fill(-Infinity)
  for (let i = 0; i < stored.length; i++) {
    const at = i % period
    if (stored[i]! < low[at]!) low[at] = stored[i]!
    if (stored[i]! > high[at]!) high[at] = stored[i]!
  }
  return { offset: low, scale: high.map((value, i) => value - low[i]! || 1) }
}

/**
 * Constants of a normalization, fitted on the train split's numbers alone. A feature that never changes becomes 0
 * rather than a division by zero.
 */
export const fitNormalization = (
  choice: NormalizeChoice | undefined,
  shape: readonly number[],
  train: Numbers | undefined,
): Normalization => {
  if (choice?.divide !== undefined) return { offset: [0], scale: [choice.divide] }
  if (!train) return identity
  if (choice?.standardize) return meanAndDeviation(train, periodOf(choice.standardize, shape))
  return choice?.minMax ? lowAndRange(train, periodOf(choice.minMax, shape)) : identity
}
