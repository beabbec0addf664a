import type { Artifact } from '../core/artifact.js'
import type { InstanceId, Key } from '../core/brand.js'
import type { Results } from '../store/store.js'
import type { Conditioned } from './conditions.js'
import { keyOf } from './key.js'
import type { Edge } from './plan.js'

/** By instance, what enters its key besides its inputs. */
type Identities = ReadonlyMap<InstanceId, Readonly<Record<string, unknown>>>
type Outputs = Readonly<Record<string, Artifact>>

/** Instances that nobody has asked about and whose inputs are known by now, with their keys. */
const askable = (
  drafts: readonly Conditioned[],
  identities: Identities,
  known: ReadonlyMap<InstanceId, Outputs>,
  asked: ReadonlySet<InstanceId>,
): readonly (readonly [InstanceId, Key])[] => {
  const artifactOf = ({ instance, output }: Edge): Artifact | undefined => known.get(instance)?.[output]
  return drafts.flatMap(({ id, inputs, choice }) => {
    const identity = identities.get(id)
    if (asked.has(id) || choice || !identity) return []
    const artifacts: Record<string, { readonly artifact: Artifact }[]> = {}
    for (const [port, edges] of Object.entries(inputs)) {
      const found = edges.flatMap(edge => {
        const artifact = artifactOf(edge)
        return artifact ? [{ artifact }] : []
      })
      if (found.length < edges.length) return []
      artifacts[port] = found
    }
    return [[id, keyOf({ identity }, artifacts).key] as const]
  })
}

/**
 * Asks a remote for all keys that can be told by now, layer by layer of the graph, so that a plan of a thousand steps
 * costs as many trips there as the graph is deep. What it learns is a guess, no more: `find` decides. Conditions are not
 * looked at, so that a step may be asked for that is then skipped. What hangs on a `select` is asked for once that is
 * settled: `settled` gives the outputs of an instance before `next`, if it has any.
 */
export const anticipator = (
  drafts: readonly Conditioned[],
  identities: Identities,
  { ask }: Pick<Results, 'ask'>,
): ((next: InstanceId, settled: (id: InstanceId) => Outputs | undefined) => Promise<void>) => {
  const known = new Map<InstanceId, Outputs>()
  const asked = new Set<InstanceId>()
  let before = 0
  let hasNews = true
  return async (next, settled) => {
    if (!ask) return
    for (; drafts[before] && drafts[before]!.id !== next; before++) {
      const { id } = drafts[before]!
      const outputs = settled(id)
      if (!outputs || known.has(id)) continue
      known.set(id, outputs)
      hasNews = true
    }
    if (!hasNews || asked.has(next)) return
    hasNews = false
    for (;;) {
      const layer = askable(drafts, identities, known, asked)
      if (layer.length === 0) break
      const found = await ask(layer.map(([, key]) => key))
      for (const [id, key] of layer) {
        asked.add(id)
        const result = found.get(key)
        if (result) known.set(id, result.output.outputs)
      }
    }
  }
}
