import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import type { Fault } from '../core/problem.js'
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

/** What an instance may make, and by which choices above it: candidates by choice. */
interface Possible {
  readonly outputs: Outputs
  readonly chosen: Readonly<Record<InstanceId, InstanceId>>
}

/** What each candidate of a choice would make of it; candidates that are described alike stand for each other. */
const choicesOf = (
  { id, spec, inputs }: Draft,
  possible: ReadonlyMap<InstanceId, readonly Possible[]>,
): Possible[] => {
  const output = Object.keys(spec.produces)[0]!
  const distinct = new Map<string, Possible>()
  for (const { instance, output: from } of Object.values(inputs).flat())
    for (const { outputs, chosen } of possible.get(instance) ?? []) {
      const description = outputs[from]
      const text = JSON.stringify(description)
      if (description && !distinct.has(text))
        distinct.set(text, { outputs: { [output]: description }, chosen: { ...chosen, [id]: instance } })
    }
  return [...distinct.values()]
}

interface Predicted extends Possible {
  readonly known: boolean
  readonly faults: readonly Fault[]
}

/** What candidates a fault depends on: `(where "best" is "ptq")`. */
const whereOf = (ways: readonly Predicted[]): string => {
  const said = ways.slice(0, 3).map(({ chosen }) =>
    Object.entries(chosen)
      .map(([choice, candidate]) => `"${choice}" is "${candidate}"`)
      .join(' and '),
  )
  return ` (where ${said.join(', or ')}${ways.length > 3 ? `, or of ${ways.length - 3} more candidates` : ''})`
}

/** Faults of all ways in which an instance may be made: one that not all have says of which candidates it is. */
const tellFaults = (draft: Draft, ways: readonly Predicted[], problems: Problems): void => {
  const found = new Map<string, { readonly fault: Fault; readonly in: Predicted[] }>()
  for (const way of ways)
    for (const fault of way.faults) {
      const identity = JSON.stringify([fault.code, fault.message, fault.path])
      const known = found.get(identity)
      if (known) known.in.push(way)
      else found.set(identity, { fault, in: [way] })
    }
  for (const { fault, in: having } of found.values()) {
    const message = having.length < ways.length ? fault.message + whereOf(having) : fault.message
    problems.fault(draft.step, { ...fault, message }, draft.id)
  }
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
  /** More than one only below a choice. */
  const possible = new Map<InstanceId, readonly Possible[]>()

  const predictOne = (draft: Draft, at: number): Predicted => {
    const { spec, variant } = draft
    const { sound, found } = inspected.get(variant.config)!
    let known = sound
    let chosen: Possible['chosen'] = {}
    const inputs: DescribedInputs = Object.fromEntries(
      Object.entries(draft.inputs).map(([port, edges]) => [
        port,
        edges.map(({ instance, output }) => {
          const all = possible.get(instance) ?? []
          const way = all[at % Math.max(1, all.length)]
          const description = way?.outputs[output]
          known &&= description !== undefined
          if (way) chosen = { ...chosen, ...way.chosen }
          return { from: instance, ...(description ? { description } : {}) }
        }),
      ]),
    )
    const { outputs, faults } = known
      ? spec.predict(variant.config, inputs, found)
      : { outputs: {}, faults: undefined }
    const plain = known ? plainOutputs(draft) : {}
    return { known, outputs: { ...plain, ...outputs }, chosen, faults: faults ?? [] }
  }

  const waysOf = (draft: Draft): readonly Possible[] => {
    if (draft.spec.chooses !== undefined) return choicesOf(draft, possible)
    const count = Object.values(draft.inputs)
      .flat()
      .reduce((most, { instance }) => Math.max(most, possible.get(instance)?.length ?? 1), 1)
    const ways = Array.from({ length: count }, (_, at) => predictOne(draft, at))
    tellFaults(draft, ways, problems)
    return ways.map(({ outputs, chosen }) => ({ outputs, chosen }))
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
    const ways = waysOf(draft)
    const predicted = togetherOf(ways.map(({ outputs }) => outputs))
    possible.set(draft.id, made.length > 0 ? [{ outputs: { ...predicted, ...described }, chosen: {} }] : ways)
  }
  return new Map([...possible].map(([id, all]) => [id, togetherOf(all.map(({ outputs }) => outputs))]))
}
