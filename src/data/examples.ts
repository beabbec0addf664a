import type { Numbers } from './numbers.js'

/** A source read whole, before it is divided. */
export interface Examples {
  readonly count: number
  /** Numbers in one example. */
  readonly size: number
  /** `count × size`, row-major, of the file's own type where that can be kept. */
  readonly features: Numbers
  /** Class indices; empty for regression. */
  readonly labels: Int32Array
  /** `count × length`; empty for classification. */
  readonly targets: Float32Array
}

/** The rows that `rows` names, in that order, as a copy of their own. */
export const pick = <T extends Numbers>(numbers: T, size: number, rows: Uint32Array): T => {
  const Type = numbers.constructor as new (length: number) => T
  const picked = new Type(rows.length * size)
  for (let i = 0; i < rows.length; i++)
    picked.set(numbers.subarray(rows[i]! * size, (rows[i]! + 1) * size), i * size)
  return picked
}
