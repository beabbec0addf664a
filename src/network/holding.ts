import { exact, highest, lowest, range, type Figure, type ModelDescription } from './description.js'
import { numberBytes, numbersHeld, type Pass } from './memory.js'
import type { Network } from './network.js'

/** The sum of figures; undefined where one is not known. */
export const sumOf = (...figures: readonly (Figure | undefined)[]): Figure | undefined =>
  figures.reduce<Figure | undefined>(
    (sum, each) =>
      sum && each ? range(lowest(sum) + lowest(each), highest(sum) + highest(each)) : undefined,
    exact(0),
  )

/** The greatest of figures; undefined where one is not known. */
export const greatestOf = (...figures: readonly (Figure | undefined)[]): Figure | undefined =>
  figures.reduce<Figure | undefined>(
    (most, each) =>
      most && each
        ? range(Math.max(lowest(most), lowest(each)), Math.max(highest(most), highest(each)))
        : undefined,
    exact(0),
  )

export const timesOf = (figure: Figure, factor: number): Figure =>
  range(factor * lowest(figure), factor * highest(figure))

/** Bytes of so many copies of a model's weights as floats. */
export const weightBytes = ({ parameters }: ModelDescription, copies: number): Figure =>
  timesOf(parameters, numberBytes * copies)

/** Bytes that a pass over so many examples holds. */
export const passBytes = (
  { network, between }: ModelDescription,
  pass: Pass,
  examples: number,
): Figure | undefined => {
  const bytes = (each: Network): number => numberBytes * examples * numbersHeld(each, pass)
  if (network) return exact(bytes(network))
  return between && range(bytes(between.narrowest), bytes(between.widest))
}
