import type { Network } from '../../network/network.js'
import { type WeightSpec, factsOfNetwork } from '../../network/propagate.js'
import type { TfjsWeight } from '../../sources/tfjs-model.js'

export interface Matched {
  /** By our names. */
  readonly weights: ReadonlyMap<string, TfjsWeight>
  /** In sentences. */
  readonly faults: readonly string[]
}

/** `moving_mean_1:0` → `movingMean`: the last part of a name, without what makes it unique. */
const partOf = (name: string): string =>
  name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/:\d+$/, '')
    .replace(/_\d+$/, '')
    .replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Parts of a weight's name that are looked at. */
const mostParts = 32

/** Which layer a weight belongs to: the one whose name stands in front, or else among the parts of its path; the longest. */
const ownerOf = (name: string, layers: ReadonlySet<string>): string | undefined => {
  const parts = name.split('/', mostParts)
  const within: string[] = []
  for (let from = 0; from < parts.length - 1; from++) {
    for (let to = parts.length - 1; to > from; to--) {
      const found = parts.slice(from, to).join('/')
      if (!layers.has(found)) continue
      if (from === 0) return found
      within.push(found)
    }
  }
  return within.toSorted((a, b) => b.length - a.length)[0]
}

const shown = (shape: readonly number[]): string => shape.join('×') || 'a single number'

/** A layer's weights by their names; by their order where the names say nothing. */
const pair = (specs: readonly WeightSpec[], found: readonly TfjsWeight[]): (TfjsWeight | undefined)[] =>
  specs.map((spec, at) => {
    const named = found.filter(({ name }) => partOf(name) === spec.weight)
    return named.length === 1 ? named[0] : found.length === specs.length ? found[at] : undefined
  })

/** Finds each weight of a network in a tfjs model's table. `originals`: the layers' names in the file, by ours. */
export const matchWeights = (
  network: Network,
  stored: readonly TfjsWeight[],
  originals: ReadonlyMap<string, string>,
): Matched => {
  const { nodes } = factsOfNetwork(network)
  const layers = new Set(originals.values())
  const owned = new Map<string, TfjsWeight[]>()
  for (const weight of stored) {
    const owner = ownerOf(weight.name, layers)
    if (owner === undefined) continue
    const found = owned.get(owner)
    if (found) found.push(weight)
    else owned.set(owner, [weight])
  }
  const weights = new Map<string, TfjsWeight>()
  const faults: string[] = []
  for (const { name } of network.layers) {
    const original = originals.get(name)!
    const specs = nodes.get(name)!.weights
    const found = pair(specs, owned.get(original) ?? [])
    specs.forEach((spec, at) => {
      const weight = found[at]
      if (!weight) faults.push(`layer "${original}" has no weight "${spec.weight}" in the file`)
      else if (weight.shape.join() !== spec.shape.join())
        faults.push(
          `weight "${weight.name}" is ${shown(weight.shape)}, and layer "${original}" needs ${shown(spec.shape)}`,
        )
      else weights.set(spec.name, weight)
    })
  }
  return { weights, faults }
}
