import type { ChannelGroup } from '../../network/channel-groups.js'

/** A group with a score for each of its units: the higher, the more important. */
export interface Ranked {
  readonly group: ChannelGroup
  readonly scores: Float64Array
  /** A share of its own; absent: the common one. */
  readonly sparsity?: number
}

export interface Cut {
  readonly sparsity: number
  readonly scope: 'layer' | 'global'
  readonly roundTo: number
}

/** Every unit takes the same channels of the same layers, so that widths follow from counts alone. */
export const isUniform = ({ units }: ChannelGroup): boolean => {
  const signature = (members: (typeof units)[number]['members']) =>
    members
      .map(({ layer }) => layer)
      .sort()
      .join()
  return units.every(({ members }) => signature(members) === signature(units[0]!.members))
}

/** What has been taken from a group, and what each of its layers has left. */
class Taken {
  readonly units = new Set<number>()
  readonly #group: ChannelGroup
  readonly #left = new Map<string, number>()

  constructor(group: ChannelGroup) {
    this.#group = group
    for (const { members } of group.units)
      for (const { layer } of members) this.#left.set(layer, (this.#left.get(layer) ?? 0) + 1)
  }

  /** Takes a unit, unless a layer would lose its last channel. */
  take(unit: number): boolean {
    const { members } = this.#group.units[unit]!
    const losses = new Map<string, number>()
    for (const { layer } of members) losses.set(layer, (losses.get(layer) ?? 0) + 1)
    for (const [layer, loss] of losses) if (this.#left.get(layer)! - loss < 1) return false
    for (const [layer, loss] of losses) this.#left.set(layer, this.#left.get(layer)! - loss)
    this.units.add(unit)
    return true
  }
}

/** Up to `count` units that can go together, the first ones. */
export const firstUnits = (group: ChannelGroup, count: number): readonly number[] => {
  const taken = new Taken(group)
  for (let unit = 0; unit < group.units.length && taken.units.size < count; unit++) taken.take(unit)
  return [...taken.units]
}

interface Candidate {
  readonly taken: Taken
  readonly unit: number
  readonly score: number
}

/** Takes the `count` lowest scores; of equals, those that come first. */
const takeLowest = (candidates: Candidate[], count: number): void => {
  let left = count
  // The sort is stable, so equals stay in the order of groups and units.
  for (const { taken, unit } of candidates.sort((a, b) => a.score - b.score)) {
    if (left === 0) return
    if (taken.take(unit)) left--
  }
}

/** Gives the best back until the rest is a multiple. */
const roundUp = ({ group, scores }: Ranked, taken: Taken, multiple: number): void => {
  const best = [...taken.units].sort((a, b) => scores[b]! - scores[a]! || b - a)
  for (const unit of best) {
    if ((group.units.length - taken.units.size) % multiple === 0) return
    taken.units.delete(unit)
  }
}

/** Scores divided by their Euclidean norm over the group, so that layers compare (Molchanov et al. 2017, section 2.2). */
const normalized = (scores: Float64Array): Float64Array => {
  const norm = Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0))
  return norm === 0 ? scores : scores.map(score => score / norm)
}

/**
 * Units to remove, by group, ascending. Each group loses round(sparsity · units) of its lowest scores; with scope
 * global, that many of all groups together, by normalized scores. A layer keeps at least one channel.
 */
export const chooseUnits = (ranked: readonly Ranked[], cut: Cut): ReadonlyMap<string, readonly number[]> => {
  const all = ranked.map(each => ({ each, taken: new Taken(each.group) }))
  const pool: Candidate[] = []
  for (const { each, taken } of all) {
    const isPooled = cut.scope === 'global' && each.sparsity === undefined
    const scores = isPooled ? normalized(each.scores) : each.scores
    const candidates = each.group.units.map((_, unit) => ({ taken, unit, score: scores[unit]! }))
    if (isPooled) pool.push(...candidates)
    else takeLowest(candidates, Math.round((each.sparsity ?? cut.sparsity) * candidates.length))
  }
  takeLowest(pool, Math.round(cut.sparsity * pool.length))
  for (const { each, taken } of all) roundUp(each, taken, cut.roundTo)
  return new Map(all.map(({ each, taken }) => [each.group.id, [...taken.units].sort((a, b) => a - b)]))
}
