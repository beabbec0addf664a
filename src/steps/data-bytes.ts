import { exact, range, type Figure } from '../network/description.js'
import type { DescribedInput } from './define-step.js'

/** Bytes of a dataset in memory: as many as are stored, or between those of bytes and of floats before it is made. */
export const datasetBytes = (input: DescribedInput | undefined): Figure | undefined => {
  if (input?.bytes !== undefined) return exact(input.bytes)
  const description = input?.description
  if (description?.type !== 'dataset') return undefined
  const size = description.shape.reduce((product, side) => product * side, 1)
  const examples = Object.values(description.examples).reduce((sum, count) => sum + count, 0)
  return range(examples * (size + 4), examples * (size + 1) * 4)
}
