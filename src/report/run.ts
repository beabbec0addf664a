import { momentText } from '../core/checkpoint.js'
import type { InstanceRecord, RunRecord } from '../store/run-record.js'
import { formatSeconds } from '../core/units.js'
import type { Paint } from './paint.js'
import { problemLines } from './problems.js'
import { resultLines } from './results.js'
import { outcomeText } from './runs.js'
import { engineOf } from './instance-engine.js'
import { stepTable } from './step-table.js'
import { verdictLines } from './verdicts.js'
import { hang } from './wrap.js'

/** What each choice took, and why. */
const choiceLines = (record: RunRecord, paint: Paint): string[] =>
  record.instances
    .filter(({ output }) => typeof output?.record?.['chosen'] === 'string')
    .map(({ instance, output }) => `${paint.bold(instance)} is ${output!.notes?.[0] ?? ''}`)

/** What stands at the end of a run: models, verdicts, one line of outcome. */
export const conclusionLines = (record: RunRecord, paint: Paint): string[] => {
  const results = resultLines(record, paint)
  const choices = choiceLines(record, paint)
  const verdicts = verdictLines(record.verdicts, paint)
  const reused = record.instances.filter(each => each.status === 'reused').length
  const finished = record.instances.filter(each => each.status === 'finished').length
  const skipped = record.instances.filter(each => each.status === 'skipped').length
  const parts = [
    `${finished} ran`,
    `${reused} reused`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    formatSeconds(record.seconds),
    `run ${record.id}`,
  ]
  return [
    ...(results.length > 0 ? ['', ...results] : []),
    ...(choices.length > 0 ? ['', ...choices] : []),
    ...(verdicts.length > 0 ? ['', ...verdicts] : []),
    '',
    `${outcomeText(record.outcome, paint)} ${paint.dim(`· ${parts.join(' · ')}`)}`,
  ]
}

const notesText = ({ resumed, output }: InstanceRecord): string =>
  [resumed ? `resumed from ${momentText(resumed)}` : '', output?.notes?.[0] ?? '']
    .filter(text => text !== '')
    .join(' · ')

/** A run, whole: what was asked, where, its steps, its conclusion. */
export const runLines = (record: RunRecord, paint: Paint): string[] => {
  const params = Object.entries(record.asked.params).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  )
  const lines = [
    `${paint.bold(record.id)}  ${record.asked.recipe}`,
    ...(record.asked.description === undefined ? [] : [record.asked.description]),
    ...hang(
      '',
      `started ${record.started} · trimtab ${record.where.trimtab} · node ${record.where.node} · ${record.where.engine.name} ${record.where.engine.version}`,
      2,
      paint,
    ).map(line => paint.dim(line)),
    paint.dim(record.where.machine),
    ...(params.length > 0 ? [paint.dim(`params ${params.join(' ')}`)] : []),
    '',
    ...stepTable(
      record.instances.map(each => ({
        instance: each.instance,
        kind: each.kind,
        engine: engineOf(each)?.name,
        status:
          each.status === 'failed'
            ? paint.red(each.status)
            : each.status === 'finished'
              ? each.status
              : paint.dim(each.status),
        seconds: each.seconds,
        notes: each.reason ?? each.problems?.[0]?.message ?? notesText(each),
      })),
      paint,
    ),
    ...conclusionLines(record, paint),
  ]
  const problems = [...record.problems, ...record.instances.flatMap(each => each.problems ?? [])]
  return problems.length > 0 ? [...lines, '', ...problemLines(problems, paint)] : lines
}
