import type { InstanceId } from '../core/brand.js'
import type { Bind } from '../expression/figures.js'
import type { Draft } from './expand.js'
import { isSplit, modelFacts } from './measured.js'

/** Instances that must have run before a name of an expression has its value. */
export type Providers = (path: readonly string[], bind: Bind) => readonly InstanceId[]

const facts: ReadonlySet<string> = new Set(modelFacts)

/** Finds what measures what among instances. */
export const findProviders = (drafts: readonly Draft[]): Providers => {
  const byId = new Map(drafts.map(draft => [draft.id, draft]))
  const measuring = new Map<InstanceId, Draft[]>()
  for (const draft of drafts)
    if (draft.about !== undefined && draft.spec.measures)
      measuring.set(draft.about, [...(measuring.get(draft.about) ?? []), draft])

  const measuresOf = ({ spec, variant }: Draft): readonly string[] => spec.measures?.(variant.config) ?? []

  /** `metric` absent: any, since the name is a list whose members' metrics are read one by one. */
  const of = (id: InstanceId, metric: string | undefined): InstanceId[] => {
    const draft = byId.get(id)
    if (!draft) return []
    const { chooses } = draft.spec
    const chosen = chooses === undefined ? [] : (draft.inputs[chooses] ?? [])
    const own =
      metric === undefined || facts.has(metric) || metric === 'chosen' || measuresOf(draft).includes(metric)
    const others = (measuring.get(id) ?? []).filter(
      each => metric === undefined || (!own && measuresOf(each).includes(metric)),
    )
    return [
      ...(own || chosen.length > 0 ? [id] : []),
      ...others.map(each => each.id),
      ...(own && metric !== undefined ? [] : chosen.flatMap(({ instance }) => of(instance, metric))),
    ]
  }

  return ([first = '', ...rest], bind) => {
    const bound = bind(first)
    if (!bound) return []
    const [second] = rest
    if (bound.measures)
      return (second === undefined ? Object.values(bound.measures) : [bound.measures[second]]).flatMap(
        each => each?.instances.map(({ id }) => id) ?? [],
      )
    const metric = rest.find(word => !isSplit(word))
    if (metric === 'matrix') return []
    return bound.instances.flatMap(({ id }) => of(id, metric))
  }
}
