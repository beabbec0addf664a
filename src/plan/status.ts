import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import type { Store } from '../store/store.js'
import type { Draft } from './expand.js'
import { keyOf } from './key.js'
import type { Problems } from './placed.js'
import type { Edge, Status } from './plan.js'

/** Why a step runs whose result is there, but unusable. */
export const damagedWhy = 'what was stored is damaged'

/** What is there already, what must run, and what cannot be told before something else has run. */
export const findStatuses = async (
  drafts: readonly Draft[],
  identities: ReadonlyMap<InstanceId, Readonly<Record<string, unknown>>>,
  store: Store,
  problems: Problems,
): Promise<ReadonlyMap<InstanceId, Status>> => {
  const statuses = new Map<InstanceId, Status>()
  const artifactOf = ({ instance, output }: Edge): Artifact | undefined => {
    const status = statuses.get(instance)
    return status?.type === 'hit' ? status.result.output.outputs[output] : undefined
  }

  const statusOf = async (draft: Draft): Promise<Status> => {
    const waitsFor = new Set<InstanceId>()
    const inputs: Record<string, { readonly artifact: Artifact }[]> = {}
    for (const [port, edges] of Object.entries(draft.inputs)) {
      inputs[port] = edges.flatMap(edge => {
        const artifact = artifactOf(edge)
        if (!artifact) waitsFor.add(edge.instance)
        return artifact ? [{ artifact }] : []
      })
    }
    const identity = identities.get(draft.id)
    if (waitsFor.size > 0 || !identity) return { type: 'pending', waitsFor: [...waitsFor] }
    const { key } = keyOf({ identity }, inputs)
    const found = await store.results.find(key)
    problems.add(...found.problems)
    if (found.result) return { type: 'hit', key, result: found.result }
    return {
      type: 'miss',
      key,
      why: found.problems.length > 0 ? damagedWhy : 'never run with this key',
    }
  }

  for (const draft of drafts) statuses.set(draft.id, await statusOf(draft))
  return statuses
}
