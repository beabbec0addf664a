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
  const groups: number[][] = []
  for (let i = 0; i < count; i++) (groups[labels ? labels[i]! : 0] ??= []).push(i)
  const pools = Array.from(groups, group => random.shuffle(group ?? []))
  const chosen: Partial<Record<SplitName, Uint32Array>> = {}
  for (const name of splitNames.toReversed()) {
    const size = sizes[name]
    if (size === undefined) continue
    const taken = apportion(
      pools.map(pool => pool.length),
      size,
    )
    chosen[name] = Uint32Array.from(
      pools.flatMap((pool, i) => pool.splice(pool.length - taken[i]!, taken[i]!)),
    ).sort()
  }
  return chosen
}
