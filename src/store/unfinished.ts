import type { InstanceId } from '../core/brand.js'
import type { Event, Outcome } from '../core/event.js'
import type { Problem } from '../core/problem.js'

/** What a journal says of one instance. */
export interface UnfinishedInstance {
  readonly instance: InstanceId
  readonly step: string
  readonly kind: string
  readonly status: 'reused' | 'finished' | 'failed' | 'skipped' | 'started' | 'waiting'
  readonly seconds?: number
  readonly problems?: readonly Problem[]
  readonly reason?: string
}

/** A run without a record, from its journal: it goes on, or was cut off, or its record was lost. */
export interface UnfinishedRun {
  readonly id: string
  readonly state: 'running' | 'interrupted' | 'record-lost'
  /** ISO 8601, UTC, of the first thing that happened. Absent: not even that was written. */
  readonly started?: string
  /** From the first to the last thing that happened. */
  readonly seconds: number
  /** Absent where it was cut off before its plan was written. */
  readonly recipe?: string
  /** Absent where the journal does not tell of an end. */
  readonly outcome?: Outcome
  readonly instances: readonly UnfinishedInstance[]
}

/** What a journal tells of a run that has no record. Of an event that is cut or strange nothing is taken. */
export const unfinishedRun = (id: string, events: readonly Event[], running: boolean): UnfinishedRun => {
  const instances = new Map<InstanceId, UnfinishedInstance>()
  let recipe: string | undefined
  let outcome: Outcome | undefined
  const became = (instance: InstanceId, more: Partial<UnfinishedInstance>): void => {
    const known = instances.get(instance)
    if (known) instances.set(instance, { ...known, ...more })
  }
  for (const event of events) {
    switch (event.type) {
      case 'planned':
        recipe = event.recipe
        for (const { instance, step, kind } of event.instances)
          instances.set(instance, { instance, step, kind, status: 'waiting' })
        break
      case 'reused':
        for (const instance of event.instances) became(instance, { status: 'reused' })
        break
      case 'started':
        became(event.instance, { status: 'started' })
        break
      case 'finished':
        became(event.instance, { status: 'finished', seconds: event.seconds })
        break
      case 'failed':
        if (!event.retrying) became(event.instance, { status: 'failed', problems: event.problems })
        break
      case 'skipped':
        became(event.instance, { status: 'skipped', reason: event.reason })
        break
      case 'ended':
        outcome = event.outcome
        break
      default:
    }
  }
  const times = events.map(({ time }) => time)
  const [first, last] = [times[0], times.at(-1)]
  return {
    id,
    state: running ? 'running' : outcome === undefined ? 'interrupted' : 'record-lost',
    ...(first === undefined ? {} : { started: new Date(first).toISOString() }),
    seconds: Math.max(0, ((last ?? 0) - (first ?? 0)) / 1000),
    ...(recipe === undefined ? {} : { recipe }),
    ...(outcome === undefined ? {} : { outcome }),
    instances: [...instances.values()],
  }
}
