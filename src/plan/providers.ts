import type { InstanceId } from '../core/brand.js'
import type { Bind } from '../expression/scope.js'
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

  const known = new Map<string, readonly InstanceId[]>()

  const measuresOf = ({ spec, variant }: Draft): readonly string[] => spec.measures?.(variant.config) ?? []

  const of = (id: InstanceId, metric: string | undefined): readonly InstanceId[] => {
    const name = `${id}\u0000${metric ?? ''}`
    const found = known.get(name)
    if (found) return found
    // Should a choice be among its own candidates, it ends here.
    known.set(name, [])
    const all = [...new Set(find(id, metric))]
    known.set(name, all)
    return all
  }

  /** `metric` absent: any, since the name is a list whose members' metrics are read one by one. */
  const find = (id: InstanceId, metric: string | undefined): InstanceId[] => {
    const draft = byId.get(id)
    if (!draft) return []
    // A choice has the metrics of what it took, its fallback among them.
    const chosen = draft.spec.chooses === undefined ? [] : Object.values(draft.inputs).flat()
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
