import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import type { DescribedInputs, Description } from '../steps/define-step.js'
import { lowest, highest, range, type Figure, type ModelDescription } from '../network/description.js'
import type { Variant } from '../language/recipe.js'
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

/** One description for several that an artifact may turn out to have: figures from the least to the greatest. */
const together = (all: readonly Description[]): Description | undefined => {
  const [first, ...others] = all
  if (first?.type !== 'model' || others.length === 0) return first
  const models = all.filter((each): each is ModelDescription => each.type === 'model')
  const merged = (name: 'parameters' | 'nonZero' | 'macs' | 'bytes'): Figure =>
    range(
      Math.min(...models.map(each => lowest(each[name]))),
      Math.max(...models.map(each => highest(each[name]))),
    )
  const { network: _, ...rest } = first
  const same = models.every(each => each.network === first.network)
  return {
    ...rest,
    ...(same && first.network ? { network: first.network } : {}),
    parameters: merged('parameters'),
    nonZero: merged('nonZero'),
    macs: merged('macs'),
    bytes: merged('bytes'),
  }
}

const togetherOf = (all: readonly Outputs[]): Outputs => {
  if (all.length === 1) return all[0]!
  const names = new Set(all.flatMap(each => Object.keys(each)))
  return Object.fromEntries(
    [...names].flatMap(name => {
      const description = together(all.flatMap(each => each[name] ?? []))
      return description ? [[name, description]] : []
    }),
  )
}

/** What each candidate of a choice would make of it. */
const choicesOf = (
  { spec, inputs }: Draft,
  possible: ReadonlyMap<InstanceId, readonly Outputs[]>,
): Outputs[] => {
  const output = Object.keys(spec.produces)[0]!
  return Object.values(inputs)
    .flat()
    .flatMap(({ instance, output: from }) =>
      (possible.get(instance) ?? []).flatMap(each => (each[from] ? [{ [output]: each[from] }] : [])),
    )
}

/**
 * Asks each kind what it will make, in topological order. A step with an input of which nothing is known (its maker
 * is faulty, or only running tells) is not asked: its complaints would be echoes. What was made before is described
 * as it is, and asked all the same: its warnings stay. What follows a choice is asked for every candidate.
 */
export const predictAll = (
  drafts: readonly Draft[],
  inspected: ReadonlyMap<Variant['config'], Inspected>,
  statuses: ReadonlyMap<InstanceId, Status>,
  problems: Problems,
): ReadonlyMap<InstanceId, Outputs> => {
  /** What an instance may make: more than one only below a choice. */
  const possible = new Map<InstanceId, readonly Outputs[]>()

  const predictOne = (draft: Draft, at: number): { readonly known: boolean; readonly outputs: Outputs } => {
    const { step, spec, variant, id } = draft
    const { sound, found } = inspected.get(variant.config)!
    let known = sound
    const inputs: DescribedInputs = Object.fromEntries(
      Object.entries(draft.inputs).map(([port, edges]) => [
        port,
        edges.map(({ instance, output }) => {
          const all = possible.get(instance) ?? []
          const description = all[at % Math.max(1, all.length)]?.[output]
          known &&= description !== undefined
          return { from: instance, ...(description ? { description } : {}) }
        }),
      ]),
    )
    const prediction = known ? spec.predict(variant.config, inputs, found) : undefined
    for (const fault of prediction?.faults ?? []) problems.fault(step, fault, id)
    return { known, outputs: prediction?.outputs ?? {} }
  }

  for (const draft of drafts) {
    const status = statuses.get(draft.id)
    const made = status?.type === 'hit' ? Object.entries(status.result.output.outputs) : []
    const described = Object.fromEntries(
      made.flatMap(([name, artifact]) => {
        const description = describedBy(artifact)
        return description ? [[name, description]] : []
      }),
    )
    const ways = Object.values(draft.inputs)
      .flat()
      .reduce((most, { instance }) => Math.max(most, possible.get(instance)?.length ?? 1), 1)
    const predicted =
      draft.spec.chooses === undefined
        ? Array.from({ length: ways }, (_, at) => predictOne(draft, at)).map(({ known, outputs }) => ({
            ...(known ? plainOutputs(draft) : {}),
            ...outputs,
          }))
        : choicesOf(draft, possible)
    possible.set(draft.id, made.length > 0 ? [{ ...togetherOf(predicted), ...described }] : predicted)
  }
  return new Map([...possible].map(([id, all]) => [id, togetherOf(all)]))
}
