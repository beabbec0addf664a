import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import type { DescribedInputs, Description } from '../steps/define-step.js'
import type { Draft } from './expand.js'
import type { Inspected } from './inspect.js'
import type { Problems } from './placed.js'
import type { Status } from './plan.js'

export type Outputs = Readonly<Record<string, Description>>

const isDescription = (value: unknown, type: string): value is Description =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === type

/** What a finished artifact says of itself. */
const describedBy = ({ type, meta }: Artifact): Description | undefined => {
  const own = meta['description']
  if (isDescription(own, type)) return own
  return type === 'metrics' || type === 'file' ? { type } : undefined
}

/** Outputs of metrics and files need no prediction. */
const plainOutputs = ({ spec }: Draft): Outputs =>
  Object.fromEntries(
    Object.entries(spec.produces).flatMap(([name, type]) =>
      type === 'metrics' || type === 'file' ? [[name, { type }]] : [],
    ),
  )

/**
 * Asks each kind what it will make, in topological order. A step with an input of which nothing is known (its maker
 * is faulty, or only running tells) is not asked: its complaints would be echoes. What was made before is described
 * as it is, and asked all the same: its warnings stay.
 */
export const predictAll = (
  drafts: readonly Draft[],
  inspected: ReadonlyMap<string, Inspected>,
  statuses: ReadonlyMap<InstanceId, Status>,
  problems: Problems,
): ReadonlyMap<InstanceId, Outputs> => {
  const outputs = new Map<InstanceId, Outputs>()
  for (const draft of drafts) {
    const { id, step, spec } = draft
    const { sound, found } = inspected.get(step.id)!
    let known = sound
    const inputs: DescribedInputs = Object.fromEntries(
      Object.entries(draft.inputs).map(([port, edges]) => [
        port,
        edges.map(({ instance, output }) => {
          const description = outputs.get(instance)?.[output]
          known &&= description !== undefined
          return { from: instance, ...(description ? { description } : {}) }
        }),
      ]),
    )
    const prediction = known ? spec.predict(step.config, inputs, found) : undefined
    for (const fault of prediction?.faults ?? []) problems.fault(step, fault)
    const status = statuses.get(id)
    const made = status?.type === 'hit' ? Object.entries(status.result.output.outputs) : []
    outputs.set(id, {
      ...(known ? plainOutputs(draft) : {}),
      ...prediction?.outputs,
      ...Object.fromEntries(
        made.flatMap(([name, artifact]) => {
          const description = describedBy(artifact)
          return description ? [[name, description]] : []
        }),
      ),
    })
  }
  return outputs
}
