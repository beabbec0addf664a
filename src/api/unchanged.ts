import type { Emitted, Event, PlannedInstance } from '../core/event.js'
import { whereOf } from '../run/where.js'
import { readMemo } from '../store/memos.js'
import { openStore } from '../store/open.js'
import type { InstanceRecord, RunRecord } from '../store/run-record.js'
import { isUntouched } from '../store/watched.js'
import { askingOf } from './asking.js'
import type { PlanOptions, RunOptions } from './options.js'

const plannedOf = ({ instance, step, kind, status }: InstanceRecord): PlannedInstance => ({
  instance,
  step,
  kind,
  status: status === 'skipped' ? 'skipped' : 'hit',
})

/** What a run says in which nothing is to be done. */
const eventsOf = ({ id, asked, instances, verdicts, outcome }: RunRecord, seconds: number): Emitted[] => {
  const reused = instances.filter(({ status }) => status === 'reused').map(({ instance }) => instance)
  return [
    { type: 'planned', run: id, recipe: asked.recipe, instances: instances.map(plannedOf) },
    ...instances.flatMap(({ instance, status, reason }): Emitted[] =>
      status === 'skipped' ? [{ type: 'skipped', instance, reason: reason ?? '' }] : [],
    ),
    ...(reused.length > 0 ? [{ type: 'reused', instances: reused } as const] : []),
    ...verdicts.map(verdict => ({ type: 'gate' as const, verdict })),
    { type: 'ended', run: id, outcome, seconds },
  ]
}

/**
 * The run's record, where the same was asked before, nothing was to be done then, and no file that it looked at was
 * touched since: the recipe with all that it is made of, the data, the results and objects of the store, our own code.
 * It is a run like any other, with a journal and a record of its own. Undefined: everything must be looked at.
 */
export const runUnchanged = async (
  options: PlanOptions & Pick<RunOptions, 'frozen'>,
  onEvent: (event: Event) => void,
): Promise<RunRecord | undefined> => {
  const clock = performance.now()
  const started = new Date()
  const asking = await askingOf(options)
  const memo = asking && readMemo(asking.folder, asking.asked)
  if (!memo || !isUntouched(memo.watched)) return undefined
  const store = await openStore(asking.folder)
  const before = await store.runs.read(memo.run)
  // A record of an older version lacks what one of now has: it is made anew.
  if (!before || before.asked.sources.length === 0) return undefined
  const { engine, machine } = before.where
  const where = await whereOf({ project: asking.project, engine, machine })
  const run = await store.runs.open(started)
  const seconds = (performance.now() - clock) / 1000
  const record: RunRecord = { ...before, id: run.id, started: started.toISOString(), seconds, where }
  for (const event of eventsOf(record, seconds)) {
    const stamped = { time: Date.now(), ...event } as Event
    run.append(stamped)
    onEvent(stamped)
  }
  await run.close(record)
  return record
}
