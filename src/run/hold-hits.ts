import { existsSync } from 'node:fs'
import type { Plan, Instance } from '../plan/plan.js'
import type { SourceRef } from '../store/run-record.js'
import type { Store } from '../store/store.js'
import type { OtherRuns } from './other-runs.js'
import { keepSources } from './sources.js'

const isThere = ({ status, choice }: Instance, store: Store): boolean =>
  status.type !== 'hit' ||
  // A choice has no result of its own: it is its winner's.
  choice !== undefined ||
  // What lies at a remote is brought from there once it is needed.
  store.exchange?.isElsewhere(status.key) === true ||
  (existsSync(store.results.path(status.key)) &&
    Object.values(status.result.output.outputs).every(({ objects }) =>
      Object.values(objects).every(({ digest }) => existsSync(store.objects.path(digest))),
    ))

/**
 * Says that this run needs what its plan found, and keeps the texts that the plan came from. Between the plan and this
 * moment `gc` may have swept some of it away: that is looked up, or made, again.
 */
export const holdHits = async (
  plan: Plan,
  store: Store,
  others: OtherRuns,
): Promise<{ readonly plan: Plan; readonly sources: readonly SourceRef[] }> => {
  const sources = await keepSources(plan, store)
  await others.hold([
    ...plan.instances.flatMap(({ status }) => (status.type === 'hit' ? [status.key] : [])),
    ...sources.map(({ digest }) => digest),
  ])
  if (!store.sweeps.isNew()) return { plan, sources }
  const instances = plan.instances.map(instance =>
    isThere(instance, store) ? instance : { ...instance, status: { type: 'pending', waitsFor: [] } as const },
  )
  return { plan: { ...plan, instances }, sources: await keepSources(plan, store) }
}
