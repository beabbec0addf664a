import { formatSeconds } from '../core/units.js'
import type { Paint } from './paint.js'
import { table } from './table.js'

/** One step on a line of a run's table. */
export interface StepRow {
  readonly instance: string
  readonly kind: string
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
      { title: 'status' },
      { title: 'took', align: 'right' },
      { title: 'notes' },
    ],
    rows.map(({ instance, kind, status, seconds, notes }) => [
      instance,
      kind,
      status,
      seconds === undefined ? '' : formatSeconds(seconds),
      paint.dim(notes),
    ]),
    paint,
  )
