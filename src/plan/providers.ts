import type { InstanceId } from '../core/brand.js'
import { nearestMeasures } from '../expression/figures.js'
import type { Bind, Reader } from '../expression/scope.js'
import type { Draft } from './expand.js'
import { isSplit, modelFacts } from './measured.js'

/** Instances that must have run before a name of an expression has its value. */
export type Providers = (path: readonly string[], bind: Bind) => readonly InstanceId[]

const facts: ReadonlySet<string> = new Set(modelFacts)

const anywhere: Reader = { frame: '', agrees: () => true }

/** Finds what measures what among instances. */
export const findProviders = (drafts: readonly Draft[]): Providers => {
  const byId = new Map(drafts.map(draft => [draft.id, draft]))
  const measuring = new Map<InstanceId, Draft[]>()
  for (const draft of drafts)
    if (draft.about !== undefined && draft.spec.measures)
      measuring.set(draft.about, [...(measuring.get(draft.about) ?? []), draft])

  /** By frame; by reader only where it matters which combination of axes measured a model. */
  const known = new Map<string, readonly InstanceId[]>()
  const knownTo = new WeakMap<Reader, Map<string, readonly InstanceId[]>>()

  const measuresOf = ({ spec, variant }: Draft): readonly string[] => spec.measures?.(variant.config) ?? []

  const cacheOf = (id: InstanceId, reader: Reader): Map<string, readonly InstanceId[]> => {
    if (!measuring.get(id)?.some(({ step }) => Object.keys(step.axes).length > 0)) return known
    const own = knownTo.get(reader) ?? new Map<string, readonly InstanceId[]>()
    knownTo.set(reader, own)
    return own
  }

  const of = (id: InstanceId, metric: string | undefined, reader: Reader): readonly InstanceId[] => {
    const cache = cacheOf(id, reader)
    const name = `${reader.frame}\u0000${id}\u0000${metric ?? ''}`
    const found = cache.get(name)
    if (found) return found
    // Should a choice be among its own candidates, it ends here.
    cache.set(name, [])
    const all = [...new Set(find(id, metric, reader))]
    cache.set(name, all)
    return all
  }

  /** `metric` absent: any, since the name is a list whose members' metrics are read one by one. */
  const find = (id: InstanceId, metric: string | undefined, reader: Reader): InstanceId[] => {
    const draft = byId.get(id)
    if (!draft) return []
    // A choice has the metrics of what it took, its fallback among them.
    const chosen = draft.spec.chooses === undefined ? [] : Object.values(draft.inputs).flat()
    const own =
      metric === undefined || facts.has(metric) || metric === 'chosen' || measuresOf(draft).includes(metric)
    const all = (measuring.get(id) ?? []).filter(
      each => reader.agrees(each.id) && (metric === undefined || (!own && measuresOf(each).includes(metric))),
    )
    // Those whose figures count: a pipeline that measures its input must not wait for itself.
    const others = nearestMeasures(all, ({ step }) => step.id, reader.frame, id)
    return [
      ...(own || chosen.length > 0 ? [id] : []),
      ...others.map(each => each.id),
      ...(own && metric !== undefined ? [] : chosen.flatMap(({ instance }) => of(instance, metric, reader))),
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
    const reader = bound.reader ?? anywhere
    return bound.instances.flatMap(({ id }) => of(id, metric, reader))
  }
}
