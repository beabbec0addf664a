import type { RunRecord } from '../store/run-record.js'
import { basename, dirname } from 'node:path'
import { formatSeconds } from '../core/units.js'
import type { Paint } from './paint.js'
import { table } from './table.js'

/** An outcome with its colour. */
export const outcomeText = (outcome: RunRecord['outcome'], paint: Paint): string =>
  ({
    passed: paint.green('passed'),
    'gate-failed': paint.red('a gate failed'),
    inconclusive: paint.yellow('inconclusive'),
    'step-failed': paint.red('a step failed'),
    interrupted: paint.yellow('interrupted'),
  })[outcome]

/** Runs, one a line. */
export const runsLines = (records: readonly RunRecord[], paint: Paint): string[] =>
  table(
    [
      { title: 'run' },
      { title: 'recipe' },
      { title: 'outcome' },
      { title: 'steps', align: 'right' },
      { title: 'reused', align: 'right' },
      { title: 'took', align: 'right' },
      { title: 'commit' },
    ],
    records.map(record => [
      record.id,
      `${basename(dirname(record.asked.recipe))}/${basename(record.asked.recipe)}`,
      outcomeText(record.outcome, paint),
      `${record.instances.length}`,
      `${record.instances.filter(each => each.status === 'reused').length}`,
      formatSeconds(record.seconds),
      record.where.commit === undefined
        ? ''
        : `${record.where.commit.slice(0, 8)}${record.where.dirty ? '+' : ''}`,
    ]),
    paint,
  )
