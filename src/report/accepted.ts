import { basename } from 'node:path'
import type { Paint } from './paint.js'
import { table } from './table.js'

interface Value {
  readonly value: number
}

/** A baseline that was accepted, as it is told. */
export interface ToldAcceptance {
  readonly gate: string
  readonly metric: string
  readonly was?: Value
  readonly is: Value
  readonly better: 'higher' | 'lower'
  readonly worse: boolean
}

const shown = (value: number): string => String(Number(value.toPrecision(6)))

const changeOf = ({ was, is, worse, better }: ToldAcceptance, paint: Paint): string => {
  if (!was) return paint.dim(`first; ${better} is better`)
  const change = is.value - was.value
  const text = `${change < 0 ? '−' : '+'}${shown(Math.abs(change))}`
  return worse ? paint.red(`${text}, worse`) : paint.green(`${text}, better`)
}

/** What `trimtab accept` took: old → new, with which way is better. */
export const acceptedLines = (
  {
    run,
    path,
    changes,
    same,
  }: {
    readonly run?: string
    readonly path?: string
    readonly changes: readonly ToldAcceptance[]
    readonly same: readonly string[]
  },
  dryRun: boolean,
  paint: Paint,
): string[] => {
  const lines =
    changes.length === 0
      ? []
      : table(
          [{ title: 'gate' }, { title: 'metric' }, { title: 'accepted' }, { title: 'change' }],
          changes.map(each => [
            each.gate,
            each.metric,
            each.was ? `${shown(each.was.value)} → ${shown(each.is.value)}` : shown(each.is.value),
            changeOf(each, paint),
          ]),
          paint,
        )
  if (same.length > 0) lines.push(paint.dim(`accepted already: ${same.join(', ')}`))
  const count = `${changes.length} ${changes.length === 1 ? 'baseline' : 'baselines'}`
  const end = dryRun ? 'nothing was written' : 'commit it'
  return [
    ...lines,
    ...(changes.length > 0 ? [`${basename(path ?? '')}: ${count} of run ${run}; ${end}`] : []),
  ]
}
