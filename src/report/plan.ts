import type { EngineChoice } from '../core/engine-name.js'
import { formatBytes, short } from './figures.js'
import type { Paint } from './paint.js'
import { table } from './table.js'

/** A figure of a plan: one number, or its two ends where only running can tell. */
export type PlannedFigure = number | { readonly low: number; readonly high: number }

/** One instance of a plan as a person reads it. */
export interface PlanRow {
  readonly instance: string
  readonly kind: string
  readonly status: 'hit' | 'miss' | 'pending' | 'skipped'
  readonly why: string
  readonly key?: string
  readonly from: readonly string[]
  /** Shape that its model or dataset has for one example. */
  readonly shape?: readonly number[]
  readonly examples?: Readonly<Record<string, number>>
  readonly parameters?: PlannedFigure
  readonly macs?: PlannedFigure
  readonly bytes?: PlannedFigure
}

const figure = (value: PlannedFigure | undefined, form: (value: number) => string): string => {
  if (value === undefined) return ''
  return typeof value === 'number' ? form(value) : `${form(value.low)} – ${form(value.high)}`
}

/** The instances of a plan in the order in which they may run. */
export const planLines = (rows: readonly PlanRow[], engine: EngineChoice, paint: Paint): string[] => {
  const status = (row: PlanRow): string =>
    row.status === 'hit'
      ? paint.green('reuse')
      : row.status === 'miss'
        ? paint.yellow('run')
        : paint.dim(row.status === 'skipped' ? 'skip' : 'wait')
  const lines = table(
    [
      { title: 'step' },
      { title: 'kind' },
      { title: 'plan' },
      { title: 'from' },
      { title: 'shape' },
      { title: 'parameters', align: 'right' },
      { title: 'MACs', align: 'right' },
      { title: 'bytes', align: 'right' },
    ],
    rows.map(row => [
      row.instance,
      row.kind,
      status(row),
      paint.dim(row.from.join(', ')),
      row.shape === undefined ? '' : row.shape.join('×'),
      figure(row.parameters, short),
      figure(row.macs, short),
      figure(row.bytes, formatBytes),
    ]),
    paint,
  )
  const reused = rows.filter(row => row.status === 'hit').length
  return [
    ...lines,
    '',
    paint.dim(`${rows.length} instances, ${reused} to reuse · engine ${engine.name} ${engine.version}`),
  ]
}
