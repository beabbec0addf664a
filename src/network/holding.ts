import { exact, highest, lowest, range, type Figure, type ModelDescription } from './description.js'
import { numberBytes, numbersHeld, type Pass } from './memory.js'

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

/** Bytes that a pass over so many examples holds; of a model whose widths are not known yet at most those of the widest. */
export const passBytes = (
  { network, widest }: ModelDescription,
  pass: Pass,
  examples: number,
): Figure | undefined => {
  if (network) return exact(numberBytes * examples * numbersHeld(network, pass))
  return widest && range(0, numberBytes * examples * numbersHeld(widest, pass))
}
