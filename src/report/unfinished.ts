import { formatSeconds } from '../core/units.js'
import type { UnfinishedInstance, UnfinishedRun } from '../store/unfinished.js'
import type { Paint } from './paint.js'
import { problemLines } from './problems.js'
import { stateText } from './runs.js'
import { stepTable } from './step-table.js'

const statusText = ({ status }: UnfinishedInstance, { state }: UnfinishedRun, paint: Paint): string => {
  if (status === 'started') return state === 'running' ? 'running' : paint.yellow('cut off')
  if (status === 'waiting') return paint.dim(state === 'running' ? 'waiting' : 'not started')
  if (status === 'failed') return paint.red(status)
  return status === 'finished' ? status : paint.dim(status)
}

const goOn: Readonly<Record<UnfinishedRun['state'], string>> = {
  running: 'It has no record yet; this is what its journal tells so far.',
  interrupted:
    'It was cut off before it had a record. What is finished is kept: the same run goes on from there.',
  'record-lost': 'Its record is gone or damaged; this is what its journal tells.',
}

/** A run that has no record, from its journal: how far it came, step by step. */
export const unfinishedLines = (run: UnfinishedRun, paint: Paint): string[] => {
  const problems = run.instances.flatMap(each => each.problems ?? [])
  return [
    `${paint.bold(run.id)}  ${run.recipe ?? ''}`.trimEnd(),
    ...(run.started === undefined ? [] : [paint.dim(`started ${run.started}`)]),
    ...(run.instances.length === 0
      ? []
      : [
          '',
          ...stepTable(
            run.instances.map(each => ({
              instance: each.instance,
              kind: each.kind,
              status: statusText(each, run, paint),
              seconds: each.seconds,
              notes: each.reason ?? each.problems?.[0]?.message ?? '',
            })),
            paint,
          ),
        ]),
    '',
    `${stateText(run, paint)} ${paint.dim(`· ${formatSeconds(run.seconds)} · run ${run.id}`)}`,
    goOn[run.state],
    ...(problems.length > 0 ? ['', ...problemLines(problems, paint)] : []),
  ]
}

/** What a journal tells of one step. */
export const unfinishedInstanceLines = (
  each: UnfinishedInstance,
  run: UnfinishedRun,
  paint: Paint,
): string[] => [
  `${paint.bold(each.instance)}  ${each.kind}, ${statusText(each, run, paint)}${each.seconds === undefined ? '' : `, ${formatSeconds(each.seconds)}`}`,
  ...(each.reason === undefined ? [] : [each.reason]),
  ...(each.problems ? problemLines(each.problems, paint) : []),
]
