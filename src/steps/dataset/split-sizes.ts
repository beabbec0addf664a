import type { Fault } from '../../core/problem.js'
import { type SplitName, splitNames } from '../../sources/description.js'

export type Split = Readonly<Partial<Record<SplitName, number>>>
export type SplitSizes = Partial<Record<SplitName, number>>

/** Shares within this of 1 are 1: 0.7 + 0.2 + 0.1 is not in binary. */
const nearlyAll = 1e-9

/**
 * Examples a split of a source with so many. Numbers up to 1 are shares of all (rounded by largest remainder, so
 * that shares of 1 in sum use every example), numbers above are counts. Fault paths start at the split's name.
 */
export const splitSizes = (
  split: Split,
  examples: number,
): { readonly sizes: SplitSizes; readonly faults: readonly Fault[] } => {
  const asked = splitNames.flatMap(name => (split[name] === undefined ? [] : [{ name, value: split[name] }]))
  const faults: Fault[] = []
  const wrong = (code: string, message: string, path: string[], hint?: string): void => {
    faults.push({ code, message, path, ...(hint ? { hint } : {}) })
  }
  const shares = asked.filter(({ value }) => value <= 1)
  const counts = asked.filter(({ value }) => value > 1)
  if (shares.length > 0 && counts.length > 0) {
    wrong(
      'split-mixed',
      'shares and counts are mixed',
      [],
      'Give shares up to 1 for all splits, or counts above 1.',
    )
    return { sizes: {}, faults }
  }
  for (const { name, value } of counts)
    if (!Number.isInteger(value)) wrong('split-count', `${value} examples is no whole count`, [name])
  const sum = asked.reduce((total, { value }) => total + value, 0)
  if (counts.length > 0 && sum > examples)
    wrong('split-count', `the splits take ${sum} examples, but there are ${examples}`, [])
  if (shares.length > 0 && sum > 1 + nearlyAll)
    wrong('split-share', `the shares add up to ${Number(sum.toPrecision(6))}, more than 1`, [])
  if (faults.length > 0) return { sizes: {}, faults }
  const sizes: SplitSizes = {}
  if (counts.length > 0) for (const { name, value } of counts) sizes[name] = value
  else {
    const all = Math.round((sum > 1 - nearlyAll ? 1 : sum) * examples)
    const quotas = shares.map(({ name, value }) => ({ name, quota: (value / sum) * all }))
    let left = all
    for (const { name, quota } of quotas) left -= sizes[name] = Math.floor(quota + nearlyAll)
    const byRest = [...quotas].sort((a, b) => b.quota - sizes[b.name]! - (a.quota - sizes[a.name]!))
    for (const { name } of byRest.slice(0, left)) sizes[name]!++
  }
  for (const { name, value } of asked)
    if (sizes[name] === 0)
      wrong('split-empty', `split "${name}" would be empty: ${value} of ${examples} examples`, [name])
  return { sizes, faults }
}

/** What is wrong with a split whatever the source holds: said even where the source cannot be read. */
export const splitFaults = (split: Split): readonly Fault[] =>
  splitSizes(split, Number.MAX_SAFE_INTEGER).faults
