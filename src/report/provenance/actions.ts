import type { Event } from '../../core/event.js'
import type { InstanceRecord, RunRecord } from '../../store/run-record.js'
import type { Artifacts } from './artifacts.js'
import { ref, type Entity, type Ref } from './entities.js'
import type { Names } from './names.js'

/** ISO 8601 with its offset spelt out, as the profile's validator asks. */
const momentOf = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '+00:00')

interface Times {
  readonly startTime?: string
  readonly endTime?: string
}

/** When an instance started and ended in this run, as ISO 8601; a reused one did neither. */
const timesOf = (journal: readonly Event[]): ReadonlyMap<string, Times> => {
  const times = new Map<string, Times>()
  for (const event of journal) {
    if (event.type !== 'started' && event.type !== 'finished' && event.type !== 'failed') continue
    const known = times.get(event.instance) ?? {}
    const time = momentOf(event.time)
    times.set(
      event.instance,
      event.type === 'started' ? { startTime: time, ...known } : { ...known, endTime: time },
    )
  }
  return times
}

const statusOf = (isDone: boolean, error: string | undefined) => ({
  actionStatus: `http://schema.org/${isDone ? 'Completed' : 'Failed'}ActionStatus`,
  ...(isDone || error === undefined ? {} : { error }),
})

export interface ActionOptions {
  readonly record: RunRecord
  readonly journal: readonly Event[]
  /** Instances that were not skipped. */
  readonly ran: readonly InstanceRecord[]
  readonly names: Names
  readonly artifacts: Artifacts
  /** What the recipe took, as values. */
  readonly taken: readonly Ref[]
  /** Figures and verdicts. */
  readonly measured: readonly Ref[]
  /** Person who ran it. Absent: not said. */
  readonly agent?: Ref
}

/** What happened: the run of the recipe, that of every step, and how the engine ordered them. */
export const actionsOf = (options: ActionOptions) => {
  const { record, journal, ran, names, artifacts, taken, measured } = options
  const agent = options.agent ? { agent: options.agent } : {}
  const times = timesOf(journal)
  const started = momentOf(Date.parse(record.started))
  const ended = momentOf(Date.parse(record.started) + record.seconds * 1000)
  const refs = (instance: string): Ref[] => artifacts.of(instance).map(({ entity }) => ref(entity['@id']))

  const steps = ran.map((each): Entity => {
    const { startTime, endTime } = times.get(each.instance) ?? {}
    return {
      '@id': names.action(each.instance),
      '@type': 'CreateAction',
      name: `${each.kind} ${each.instance}`,
      description:
        each.status === 'reused'
          ? 'Its key was known and its verified result was there: it was reused.'
          : `Step ${each.instance} of the recipe.`,
      instrument: ref(names.tool(each.kind)),
      object: Object.values(each.inputs).flatMap(ids => ids.flatMap(refs)),
      result: refs(each.instance),
      ...(startTime === undefined ? {} : { startTime }),
      endTime: endTime ?? started,
      ...(each.key === undefined ? {} : { identifier: each.key }),
      ...agent,
      ...statusOf(each.status !== 'failed', each.problems?.[0]?.message),
    }
  })
  const control = ran.map(({ instance, step }): Entity => ({
    '@id': names.control(instance),
    '@type': 'ControlAction',
    name: `orders ${instance}`,
    instrument: ref(names.step(step)),
    object: ref(names.action(instance)),
  }))
  const failed = record.instances.find(({ status }) => status === 'failed')
  const whole: Entity = {
    '@id': names.run,
    '@type': 'CreateAction',
    name: `Run ${record.id}`,
    description: `Outcome: ${record.outcome}.`,
    identifier: record.id,
    instrument: ref(names.workflow),
    startTime: started,
    endTime: ended,
    object: taken,
    result: [...ran.flatMap(({ instance }) => refs(instance)), ...measured],
    ...agent,
    ...statusOf(
      record.outcome !== 'step-failed' && record.outcome !== 'interrupted',
      failed?.problems?.[0]?.message,
    ),
  }
  const organize: Entity = {
    '@id': `#organize/${record.id}`,
    '@type': 'OrganizeAction',
    name: `Run of Trimtab ${record.where.trimtab}`,
    description: 'The engine that ordered and ran the steps.',
    instrument: ref(names.engine),
    object: control.map(each => ref(each['@id'])),
    result: ref(names.run),
    startTime: started,
    endTime: ended,
    ...agent,
  }
  return { whole, steps, control, organize }
}
