import type { Digest } from '../core/brand.js'
import type { Instance, Plan } from '../plan/plan.js'
import type { Store, StoredResult } from '../store/store.js'
import type { Planned } from './validate.js'

const resultOf = ({ status }: Instance): StoredResult | undefined =>
  status.type === 'hit' ? status.result : undefined

const digestsOf = (outputs: StoredResult['output']['outputs'], only?: ReadonlySet<string>): Digest[] =>
  Object.entries(outputs)
    .filter(([name]) => !only || only.has(name))
    .flatMap(([, { objects }]) => Object.values(objects).map(({ digest }) => digest))

/** Objects that a run of the plan will read: inputs of what it makes, and what gates compare example by example. */
const wantedObjects = ({ instances, gates }: Plan): ReadonlySet<Digest> => {
  const results = new Map(instances.flatMap(each => [[each.id, resultOf(each)] as const]))
  const wanted = new Set<Digest>()
  const want = (result: StoredResult | undefined, only?: ReadonlySet<string>): void => {
    for (const digest of result ? digestsOf(result.output.outputs, only) : []) wanted.add(digest)
  }
  for (const { status, inputs } of instances)
    if (status.type === 'miss' || status.type === 'pending')
      for (const { instance, output } of Object.values(inputs).flat())
        want(results.get(instance), new Set([output]))
  if (gates.some(({ form }) => form === 'nonInferior'))
    for (const result of results.values())
      want(
        result,
        new Set(
          Object.entries(result?.output.outputs ?? {})
            .filter(([, { type }]) => type === 'metrics')
            .map(([name]) => name),
        ),
      )
  return wanted
}

/** Results of a plan that lie at the remote alone and whose objects a run will read. */
const resultsToBring = (plan: Plan, store: Store): readonly StoredResult[] => {
  const wanted = wantedObjects(plan)
  return plan.instances.flatMap(instance => {
    const result = resultOf(instance)
    if (!result || !store.exchange!.isElsewhere(result.key)) return []
    return digestsOf(result.output.outputs).some(digest => wanted.has(digest)) ? [result] : []
  })
}

/**
 * Brings from the remote what a run of a plan will read. What cannot be had whole and right is no hit any more: then it
 * is planned `again`, until all is here that has to be. From then on what is found at the remote is brought at once.
 */
export const bringWanted = async (
  first: Planned,
  again: (store: Store) => Promise<Planned>,
): Promise<Planned> => {
  let planned = first
  const { store } = first
  if (!store?.exchange) return first
  for (;;) {
    if (!planned.ok || !planned.plan) return planned
    const lost = await store.exchange.bring(resultsToBring(planned.plan, store))
    if (lost.length === 0) break
    // Each time a key less is a hit, so this ends.
    planned = await again(store)
  }
  store.exchange.bringAll()
  return planned
}
