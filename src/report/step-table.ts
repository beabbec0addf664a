import { formatSeconds } from '../core/units.js'
import type { EngineName } from '../core/engine-name.js'
import type { Paint } from './paint.js'
import { mixesEngines } from './plan.js'
import { table } from './table.js'

/** One step on a line of a run's table. */
export interface StepRow {
  readonly instance: string
  readonly kind: string
  /** The engine that computed it; absent: it needs none, or the record does not say. */
  readonly engine?: EngineName | undefined
  /** Painted. */
  readonly status: string
  /** Absent: not known. */
  readonly seconds: number | undefined
  readonly notes: string
}

/** The steps of a run, whether it has a record or a journal alone. */
export const stepTable = (rows: readonly StepRow[], paint: Paint): string[] =>
  table(
    [
      { title: 'step' },
      { title: 'kind' },
      { title: 'engine' },
      { title: 'status' },
      { title: 'took', align: 'right' },
      { title: 'notes' },
    ],
    rows.map(({ instance, kind, engine, status, seconds, notes }) => [
      instance,
      kind,
      mixesEngines(rows) ? (engine ?? '') : '',
      status,
      seconds === undefined ? '' : formatSeconds(seconds),
      paint.dim(notes),
    ]),
    paint,
  )
