import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import { growingFigures, type Measured } from '../expression/figures.js'
import type { Store, StoredResult } from '../store/store.js'
import { anticipator } from './anticipate.js'
import { chosenOutput, failing } from './choose.js'
import type { Choice, Conditioned } from './conditions.js'
import { keyOf } from './key.js'
import { leftOf } from './left-out.js'
import { reductionsOf } from './micro-batches.js'
import type { Problems } from './placed.js'
import type { Edge, Status } from './plan.js'
import { takeChosen } from './take-chosen.js'

/** Why a step runs whose result is there, but unusable. */
export const damagedWhy = 'what was stored is damaged'

/**
 * What is there already, what must run, what will not, and what cannot be told before something else has run. `parts`:
 * of steps that take no whole batch from their first attempt on, how many examples at once.
 */
export const findStatuses = async (
  drafts: readonly Conditioned[],
  identities: ReadonlyMap<InstanceId, Readonly<Record<string, unknown>>>,
  parts: ReadonlyMap<InstanceId, number>,
  store: Store,
  problems: Problems,
): Promise<ReadonlyMap<InstanceId, Status>> => {
  const statuses = new Map<InstanceId, Status>()
  const figures = growingFigures('validation')
  const artifactOf = ({ instance, output }: Edge): Artifact | undefined => {
    const status = statuses.get(instance)
    return status?.type === 'hit' ? status.result.output.outputs[output] : undefined
  }
  const isSkipped = (id: InstanceId): boolean => statuses.get(id)?.type === 'skipped'
  const isSettled = (id: InstanceId): boolean => {
    const type = statuses.get(id)?.type
    return type === 'hit' || type === 'skipped' || type === undefined
  }

  const matrices = new Map(drafts.map(({ id, variant }) => [id, variant.matrix]))

  const chosenOf = (
    { id, spec }: Conditioned,
    choice: Choice,
    inputs: Conditioned['inputs'],
    identity: Readonly<Record<string, unknown>>,
  ): Status => {
    const taken = takeChosen({ id, choice }, inputs, matrices, isSkipped, figures)
    const artifact = taken.type === 'chosen' ? artifactOf(taken.edge) : undefined
    if (taken.type === 'none' || !artifact)
      return { type: 'miss', key: keyOf({ identity }, {}).key, why: 'no candidate will do' }
    const { key, parts } = keyOf({ identity }, { [taken.port]: [{ artifact }] })
    const result: StoredResult = {
      key,
      kind: spec.kind,
      instance: id,
      output: chosenOutput(spec, taken.edge, artifact, taken.why),
      seconds: 0,
      parts,
    }
    return { type: 'hit', key, result }
  }
  const statusOf = async (draft: Conditioned): Promise<Status> => {
    const { left, inputs } = leftOf(draft, draft.spec, isSkipped)
    if (left !== undefined) return { type: 'skipped', why: left }
    const unsettled = draft.after.filter(id => !isSettled(id))
    const failed = unsettled.length === 0 ? failing(draft, figures) : undefined
    if (failed !== undefined) return { type: 'skipped', why: failed }
    const waitsFor = new Set<InstanceId>(unsettled)
    const artifacts: Record<string, { readonly artifact: Artifact }[]> = {}
    for (const [port, edges] of Object.entries(inputs)) {
      artifacts[port] = edges.flatMap(edge => {
        const artifact = artifactOf(edge)
        if (!artifact) waitsFor.add(edge.instance)
        return artifact ? [{ artifact }] : []
      })
    }
    const identity = identities.get(draft.id)
    if (waitsFor.size > 0 || !identity) return { type: 'pending', waitsFor: [...waitsFor] }
    if (draft.choice) return chosenOf(draft, draft.choice, inputs, identity)
    const { key } = keyOf({ identity }, artifacts)
    const found = await store.results.find(key)
    problems.add(...found.problems)
    if (found.result) return { type: 'hit', key, result: found.result }
    const { spec, variant } = draft
    const microBatch = parts.get(draft.id)
    const step = { ...variant, identity, ...(microBatch === undefined ? {} : { microBatch }) }
    for (const reduced of reductionsOf(step)) {
      const { key: other } = keyOf(reduced, artifacts)
      const { result } = await store.results.find(other)
      if (result) return { type: 'hit', key: other, result, microBatch: reduced.microBatch }
    }
    const isKept = spec.checkpoints === true && variant.checkpoint?.unit !== 'never'
    const resumes = isKept ? store.checkpoints.head(key)?.moment : undefined
    return {
      type: 'miss',
      key,
      why: found.problems.length > 0 ? damagedWhy : 'never run with this key',
      ...(resumes ? { resumes } : {}),
    }
  }

  const anticipate = anticipator(drafts, identities, store.results)
  const outputsOf = (id: InstanceId) => {
    const status = statuses.get(id)
    return status?.type === 'hit' ? status.result.output.outputs : undefined
  }
  for (const draft of drafts) {
    await anticipate(draft.id, outputsOf)
    const status = await statusOf(draft)
    statuses.set(draft.id, status)
    if (status.type !== 'hit') continue
    const { id, step, about } = draft
    const measured: Measured = { instance: id, step: step.id, status: 'reused', output: status.result.output }
    figures.add(about === undefined ? measured : { ...measured, about })
  }
  return statuses
}
