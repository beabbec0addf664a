import type { Moment } from '../core/checkpoint.js'
import type { EngineChoice, EngineName } from '../core/engine-name.js'
import { formatBytes, short } from './figures.js'
import { gathered } from './gathered.js'
import type { Paint } from './paint.js'
import { table } from './table.js'
import { hang } from './wrap.js'

/** A figure of a plan: one number, or its two ends where only running can tell. */
export type PlannedFigure = number | { readonly low: number; readonly high: number }

/** One instance of a plan as a person reads it. */
export interface PlanRow {
  readonly instance: string
  readonly kind: string
  readonly status: 'hit' | 'miss' | 'pending' | 'skipped'
  readonly why: string
  /** What stands in `why` before the differences. */
  readonly lead?: string
  /** The stored result that it was held against, and what differs from it: where the plan was explained. */
  readonly candidate?: { readonly key: string; readonly instance: string; readonly saved: string }
  readonly differences?: readonly { readonly text: string }[]
  /** What decides whether or how it runs: the measurements that a condition waits for, why it is skipped, what was chosen. */
  readonly note?: string
  /** The checkpoint that it goes on from. */
  readonly resumes?: Moment
  readonly key?: string
  /** The declared step that it is an instance of. */
  readonly step: string
  /** The engine that computes it; absent: it needs none. */
  readonly engine?: EngineName
  /** Instances whose outputs it takes. */
  readonly from: readonly string[]
  /** Instances that it only waits for. */
  readonly needs: readonly string[]
  /** Instances whose metrics its conditions read. */
  readonly reads: readonly string[]
  /** For `scores[int8]`: the instance whose model its metrics are about. */
  readonly about?: string
  /** Shape that its model or dataset has for one example. */
  readonly shape?: readonly number[]
  readonly examples?: Readonly<Record<string, number>>
  readonly parameters?: PlannedFigure
  readonly macs?: PlannedFigure
  readonly bytes?: PlannedFigure
  /** Peak of its process in bytes, estimated. */
  readonly memory?: PlannedFigure
}

export const figure = (value: PlannedFigure | undefined, form: (value: number) => string): string => {
  if (value === undefined) return ''
  if (typeof value === 'number') return form(value)
  const [low, high] = [form(value.low), form(value.high)]
  return low === high ? low : `${low} – ${high}`
}

/** An estimate: two digits are all that it knows, and of its ends the upper one is what a machine must have. */
const memoryText = (value: PlannedFigure | undefined): string => {
  if (value === undefined) return ''
  const rough = (bytes: number): string => formatBytes(Number(bytes.toPrecision(2)))
  if (typeof value === 'number') return rough(value)
  return rough(value.low) === rough(value.high) ? rough(value.high) : `≤ ${rough(value.high)}`
}

/** Where a plan or a run mixes engines, the one of each step is worth a column. */
export const mixesEngines = (rows: readonly { readonly engine?: EngineName | undefined }[]): boolean =>
  new Set(rows.flatMap(({ engine }) => engine ?? [])).size > 1

/** What a plan means to do with an instance, in its colour. */
export const statusText = ({ status }: PlanRow, paint: Paint): string =>
  status === 'hit'
    ? paint.green('reuse')
    : status === 'miss'
      ? paint.yellow('run')
      : paint.dim(status === 'skipped' ? 'skip' : 'wait')

/** What stands below a plan, however it is drawn. */
export const planFoot = (rows: readonly PlanRow[], engine: EngineChoice, paint: Paint): string[] => {
  const reused = rows.filter(row => row.status === 'hit').length
  const explained = rows.some(row => row.differences !== undefined)
  const named = [`engine ${engine.name}`, engine.version].filter(part => part !== '').join(' ')
  const most = mixesEngines(rows) ? ' where a step names none' : ''
  const more =
    explained || !rows.some(({ status }) => status === 'miss' || status === 'pending')
      ? ''
      : ' · --explain says why the others run'
  const text = `${rows.length} instances, ${reused} to reuse · ${named}${most}${more}`
  return hang('', text, 2, paint).map(line => paint.dim(line))
}

/** The instances of a plan in the order in which they may run. */
export const planLines = (rows: readonly PlanRow[], engine: EngineChoice, paint: Paint): string[] => {
  const mixed = mixesEngines(rows)
  const lines = table(
    [
      { title: 'step' },
      { title: 'kind' },
      { title: 'engine' },
      { title: 'plan' },
      { title: 'from' },
      { title: 'shape' },
      { title: 'parameters', align: 'right' },
      { title: 'MACs', align: 'right' },
      { title: 'bytes', align: 'right' },
      { title: 'memory', align: 'right' },
      { title: 'note' },
    ],
    rows.map(row => [
      row.instance,
      row.kind,
      mixed ? (row.engine ?? '') : '',
      statusText(row, paint),
      paint.dim(gathered(row.from)),
      row.shape === undefined ? '' : row.shape.join('×'),
      figure(row.parameters, short),
      figure(row.macs, short),
      figure(row.bytes, formatBytes),
      memoryText(row.memory),
      paint.dim(row.note ?? ''),
    ]),
    paint,
  )
  return [...lines, '', ...planFoot(rows, engine, paint)]
}
