import type { Random } from '../core/random.js'
import { type SplitName, splitNames } from '../sources/description.js'

export type Sizes = Readonly<Partial<Record<SplitName, number>>>

/** How many of each class go into a split of `size`, out of `left` a class: in proportion, by largest remainder. */
const apportion = (left: Uint32Array, size: number): Uint32Array => {
  const all = left.reduce((sum, count) => sum + count, 0)
  const rests = new Float64Array(left.length)
  const taken = left.map((count, i) => {
    const quota = all === 0 ? 0 : (count * size) / all
    const whole = Math.floor(quota)
    rests[i] = quota - whole
    return whole
  })
  const short = size - taken.reduce((sum, count) => sum + count, 0)
  if (short === 0) return taken
  const byRest = left.map((_, i) => i).sort((a, b) => rests[b]! - rests[a]! || a - b)
  for (const i of byRest.subarray(0, short)) taken[i]!++
  return taken
}

interface Pools {
  /** Positions of all examples, class by class, ascending within each. */
  readonly order: Uint32Array
  /** Where each class begins that occurs, and behind the last one the end. */
  readonly bounds: Uint32Array
}

/** Examples by class, in arrays of numbers: a table may have as many classes as records. */
const poolsOf = (count: number, labels: Int32Array | undefined): Pools => {
  if (!labels)
    return { order: Uint32Array.from({ length: count }, (_, i) => i), bounds: Uint32Array.of(0, count) }
  const ends = new Uint32Array(labels.reduce((most, label) => Math.max(most, label + 1), 0))
  for (const label of labels) ends[label]!++
  const bounds = new Uint32Array(ends.reduce((classes, each) => classes + (each > 0 ? 1 : 0), 1))
  let [at, classes] = [0, 0]
  for (let label = 0; label < ends.length; label++) {
    if (ends[label] === 0) continue
    bounds[classes++] = at
    at += ends[label]!
    ends[label] = at
  }
  bounds[classes] = at
  const order = new Uint32Array(count)
  for (let i = count - 1; i >= 0; i--) order[--ends[labels[i]!]!] = i
  return { order, bounds }
}

/**
 * Positions of each split's examples in the source, ascending, chosen at random. With `labels`, each split holds
 * every class in the source's proportion, to within one example.
 */
export const divide = (
  count: number,
  sizes: Sizes,
  random: Random,
  labels?: Int32Array,
): Partial<Record<SplitName, Uint32Array>> => {
  const { order, bounds } = poolsOf(count, labels)
  for (let i = 1; i < bounds.length; i++) random.shuffle(order.subarray(bounds[i - 1], bounds[i]))
  const left = new Uint32Array(bounds.length - 1).map((_, i) => bounds[i + 1]! - bounds[i]!)
  const chosen: Partial<Record<SplitName, Uint32Array>> = {}
  for (const name of splitNames.toReversed()) {
    const size = sizes[name]
    if (size === undefined) continue
    const taken = apportion(left, size)
    const rows = new Uint32Array(size)
    let at = 0
    for (let i = 0; i < left.length; i++) {
      const end = bounds[i]! + left[i]!
      rows.set(order.subarray(end - taken[i]!, end), at)
      at += taken[i]!
      left[i]! -= taken[i]!
    }
    chosen[name] = rows.sort()
  }
  return chosen
}
