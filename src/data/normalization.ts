import type { Numbers } from './numbers.js'

/**
 * How stored numbers become a network's inputs: x = (stored − offset) / scale, in float64, rounded to float32 once.
 * One offset and scale for all numbers, or one for each position of the last axis (channels) or of the whole
 * example (features): number i of an example takes constant i mod length. Plain JSON.
 */
export interface Normalization {
  readonly offset: readonly number[]
  readonly scale: readonly number[]
}

export const identity: Normalization = { offset: [0], scale: [1] }

/** Writes the normalized numbers of one example, `from` … `from + size` of `stored`, to `x` at `to`. */
export type Normalize = (stored: Numbers, from: number, x: Float32Array, to: number) => void

/** Bytes have so few values that a table of them beats arithmetic. */
const tabled = (size: number, { offset, scale }: Normalization): Normalize => {
  const period = offset.length
  const table = new Float32Array(period * 256)
  for (let i = 0; i < period; i++)
    for (let value = 0; value < 256; value++) table[i * 256 + value] = (value - offset[i]!) / scale[i]!
  if (period === 1)
    return (stored, from, x, to) => {
      for (let i = 0; i < size; i++) x[to + i] = table[stored[from + i]!]!
    }
  return (stored, from, x, to) => {
    for (let i = 0; i < size; i++) x[to + i] = table[(i % period) * 256 + stored[from + i]!]!
  }
}

const computed = (size: number, { offset, scale }: Normalization): Normalize => {
  const period = offset.length
  return (stored, from, x, to) => {
    for (let i = 0; i < size; i++) {
      const at = i % period
      x[to + i] = (stored[from + i]! - offset[at]!) / scale[at]!
    }
  }
}

/** The fastest way to normalize examples of `size` numbers; a table's memory stays below 1 MiB. */
export const normalizer = (stored: Numbers, size: number, normalization: Normalization): Normalize =>
  stored instanceof Uint8Array && normalization.offset.length <= 1024
    ? tabled(size, normalization)
    : computed(size, normalization)
