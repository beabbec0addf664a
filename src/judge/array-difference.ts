import { differenceOf } from '../core/promise.js'

/** How the numbers of one array differ from those that it had. */
export interface ArrayDifference {
  /** Name of the tensor, or of the array. */
  readonly name: string
  readonly shape: readonly number[]
  /** Values in it. */
  readonly count: number
  /** Values that are not the same bits. */
  readonly differing: number
  /** Greatest |is − was|; infinite where a value is not finite on one side alone. */
  readonly greatest: number
  /** The same over the largest magnitude in either, as promises of engines are told: see `differenceOf`. */
  readonly relative: number
  /** Where the greatest difference stands, and the values there. */
  readonly at: { readonly index: readonly number[]; readonly was: number; readonly is: number }
}

type Numbers = ArrayLike<number>

/** The place of a value in an array of this shape, row by row. */
const indexIn = (shape: readonly number[], at: number): number[] => {
  const index: number[] = []
  let rest = at
  for (const size of shape.toReversed()) {
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return index
}

const distance = (was: number, is: number): number => {
  if (Object.is(was, is) || was === is) return 0
  const apart = Math.abs(is - was)
  return Number.isNaN(apart) ? Infinity : apart
}

/** Compares arrays of one shape value by value; undefined where they are equal. Zeros of either sign count as differing bits, 0 apart. */
export const arrayDifference = (
  name: string,
  shape: readonly number[],
  was: Numbers,
  is: Numbers,
): ArrayDifference | undefined => {
  let differing = 0
  let greatest = -1
  let where = 0
  for (let at = 0; at < was.length; at++) {
    const [before, now] = [was[at]!, is[at]!]
    if (Object.is(before, now)) continue
    differing++
    const apart = distance(before, now)
    if (apart > greatest) {
      greatest = apart
      where = at
    }
  }
  if (differing === 0) return undefined
  return {
    name,
    shape,
    count: was.length,
    differing,
    greatest,
    relative: differenceOf(was, is),
    at: { index: indexIn(shape, where), was: was[where]!, is: is[where]! },
  }
}
