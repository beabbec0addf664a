import { Type } from 'typebox'

const count = Type.Integer({ minimum: 0 })
const pair = Type.Array(count, { minItems: 2, maxItems: 2 })

/** Rows and columns at the edges of an image, as Keras writes them. */
export const borderField = (what: string, preset: number) =>
  Type.Union([count, pair, Type.Array(pair, { minItems: 2, maxItems: 2 })], {
    default: preset,
    description: `${what}: one number, \`[rows, columns]\`, or \`[[top, bottom], [left, right]]\`.`,
  })

type Pair = readonly [number, number]

/** `[[top, bottom], [left, right]]`. */
export const borders = (
  written: number | readonly number[] | readonly (readonly number[])[],
): readonly [Pair, Pair] => {
  if (typeof written === 'number')
    return [
      [written, written],
      [written, written],
    ]
  const sides = written.map((side): Pair => (typeof side === 'number' ? [side, side] : [side[0]!, side[1]!]))
  return [sides[0]!, sides[1]!]
}
