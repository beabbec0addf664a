import type { RunRecord } from '../store/run-record.js'
import type { UnfinishedRun } from '../store/unfinished.js'
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

/** What became of a run without a record, with its colour. */
export const stateText = ({ state, outcome }: UnfinishedRun, paint: Paint): string => {
  if (state === 'running') return 'running'
  const lost = outcome ? `${outcomeText(outcome, paint)}${paint.dim(', record lost')}` : ''
  return lost === '' ? paint.yellow('interrupted') : lost
}

const recipeText = (recipe: string): string => `${basename(dirname(recipe))}/${basename(recipe)}`

const rowOf = (run: RunRecord | UnfinishedRun, paint: Paint): string[] => {
  const steps = [
    `${run.instances.length}`,
    `${run.instances.filter(each => each.status === 'reused').length}`,
    formatSeconds(run.seconds),
  ]
  if ('state' in run)
    return [
      run.id,
      run.recipe === undefined ? '' : recipeText(run.recipe),
      stateText(run, paint),
      ...steps,
      '',
    ]
  const { commit, dirty } = run.where
  return [
    run.id,
    recipeText(run.asked.recipe),
    outcomeText(run.outcome, paint),
    ...steps,
    commit === undefined ? '' : `${commit.slice(0, 8)}${dirty ? '+' : ''}`,
  ]
}

/** Runs, one a line. */
export const runsLines = (runs: readonly (RunRecord | UnfinishedRun)[], paint: Paint): string[] =>
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
    runs.map(run => rowOf(run, paint)),
    paint,
  )
