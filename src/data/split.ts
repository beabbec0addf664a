import type { Random } from '../core/random.js'
import { type SplitName, splitNames } from '../sources/description.js'

export type Sizes = Readonly<Partial<Record<SplitName, number>>>

/** How many of each class go into a split of `size`, out of `left` a class: in proportion, by largest remainder. */
const apportion = (left: readonly number[], size: number): number[] => {
  const all = left.reduce((sum, count) => sum + count, 0)
  const quotas = left.map(count => (all === 0 ? 0 : (count * size) / all))
  const taken = quotas.map(Math.floor)
  const short = size - taken.reduce((sum, count) => sum + count, 0)
  const byRest = quotas
    .map((quota, i) => ({ i, rest: quota - taken[i]! }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i)
  for (const { i } of byRest.slice(0, short)) taken[i]!++
  return taken
}

/** Positions of the examples of each class that occurs, ascending; of all where there are no classes. */
const poolsOf = (count: number, labels: Int32Array | undefined): Uint32Array[] => {
  if (!labels) return [Uint32Array.from({ length: count }, (_, i) => i)]
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  const pools = new Map(
    [...counts].sort(([a], [b]) => a - b).map(([label, size]) => [label, new Uint32Array(size)]),
  )
  for (let i = labels.length - 1; i >= 0; i--) {
    const label = labels[i]!
    const place = counts.get(label)! - 1
    pools.get(label)![place] = i
    counts.set(label, place)
  }
  return [...pools.values()]
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
  const pools = poolsOf(count, labels).map(pool => random.shuffle(pool))
  const left = pools.map(pool => pool.length)
  const chosen: Partial<Record<SplitName, Uint32Array>> = {}
  for (const name of splitNames.toReversed()) {
    const size = sizes[name]
    if (size === undefined) continue
    const taken = apportion(left, size)
    const rows = new Uint32Array(taken.reduce((sum, each) => sum + each, 0))
    let at = 0
    for (const [i, pool] of pools.entries()) {
      rows.set(pool.subarray(left[i]! - taken[i]!, left[i]), at)
      at += taken[i]!
      left[i]! -= taken[i]!
    }
    chosen[name] = rows.sort()
  }
  return chosen
}
