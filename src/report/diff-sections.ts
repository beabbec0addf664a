import { formatBytes, formatSeconds } from '../core/units.js'
import type {
  ClassChange,
  Example,
  FigureChange,
  Flips,
  RunDifference,
  ValueChange,
} from '../judge/run-difference.js'
import { count } from './figures.js'
import type { Column } from './table.js'

/** A cell, and what it says of the second against the first. */
export type Cell = string | { readonly text: string; readonly tone: 'good' | 'bad' | 'dim' }

/** One table of a comparison, or some lines, under a heading. */
export interface Section {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
  readonly lines?: readonly string[]
  /** Folded away where that can be done. */
  readonly isDetail?: boolean
}

export interface SectionOptions {
  /** Examples that flipped that are named, of each model and way. */
  readonly examples: number
}

const right = 'right' as const

const bytesLike = new Set(['bytes', 'storedBytes', 'gzipBytes'])

const figure = (metric: string, value: number | undefined): string => {
  if (value === undefined) return '–'
  if (bytesLike.has(metric)) return formatBytes(value)
  if (metric === 'seconds') return formatSeconds(value)
  if (Number.isInteger(value) && Math.abs(value) >= 1000) return count(value)
  return Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(5))}`
}

const signed = (metric: string, value: number | undefined): string => {
  if (value === undefined) return ''
  const sign = value < 0 ? '−' : '+'
  if (metric === 'seconds') return `${sign}${formatSeconds(Math.abs(value))}`
  if (bytesLike.has(metric)) return `${sign}${formatBytes(Math.abs(value))}`
  const text = Number.isInteger(value) ? count(Math.abs(value)) : `${Number(Math.abs(value).toPrecision(3))}`
  return `${sign}${text}`
}

/** `−12.5 %` of a figure that was not 0. */
const share = ({ was, change }: FigureChange): string => {
  if (was === undefined || was === 0 || change === undefined) return ''
  const part = (change / Math.abs(was)) * 100
  return `${part < 0 ? '−' : '+'}${Math.abs(part).toFixed(Math.abs(part) < 10 ? 2 : 1)} %`
}

const judged = ({ better, was, is }: FigureChange): Cell =>
  was === undefined
    ? 'new'
    : is === undefined
      ? { text: 'gone', tone: 'dim' }
      : better === undefined
        ? ''
        : better
          ? { text: 'better', tone: 'good' }
          : { text: 'worse', tone: 'bad' }

const figureRow = (each: FigureChange): Cell[] => [
  each.of,
  each.split === undefined ? each.metric : `${each.split}.${each.metric}`,
  figure(each.metric, each.was),
  figure(each.metric, each.is),
  signed(each.metric, each.change),
  share(each),
  judged(each),
]

const figures = (title: string, of: string, all: readonly FigureChange[], isDetail = false): Section => ({
  title,
  columns: [
    { title: of },
    { title: title === 'sizes' ? 'size' : 'figure' },
    { title: 'a', align: right },
    { title: 'b', align: right },
    { title: 'change', align: right },
    { title: '', align: right },
    { title: '' },
  ],
  rows: all.map(figureRow),
  isDetail,
})

const valueText = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)

const values = (title: string, of: string, all: readonly ValueChange[]): Section => ({
  title,
  columns: [{ title: of }, { title: 'a' }, { title: 'b' }],
  rows: all.map(({ name, was, is }) => [name, valueText(was), valueText(is)]),
})

/** Steps that one side alone has, in one line. */
const onlyLine = (where: string, names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `only in ${where}: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`,
      ]

const stepsSection = ({ steps }: RunDifference): Section => ({
  title: 'steps',
  columns: [{ title: 'step' }, { title: 'kind' }, { title: 'other' }, { title: 'why' }],
  rows: steps.changed.map(({ instance, kind, otherKey, otherOutputs, why }) => [
    instance,
    kind,
    otherKey ? (otherOutputs ? 'key, outputs' : 'key') : { text: 'outputs', tone: 'bad' },
    why.join('; ') || (otherKey ? '' : 'equal keys: it is not deterministic'),
  ]),
  lines: [...onlyLine('a', steps.onlyA), ...onlyLine('b', steps.onlyB)],
})

const classRow = ({ of, split, name, support, figures: changes }: ClassChange): Cell[] => {
  const cell = (metric: string): Cell => {
    const found = changes.find(each => each.metric === metric)
    if (!found) return ''
    const text = `${figure(metric, found.was)} → ${figure(metric, found.is)}`
    return found.better === undefined ? text : { text, tone: found.better ? 'good' : 'bad' }
  }
  return [of, split, name, `${support}`, cell('recall'), cell('precision'), cell('f1')]
}

const named = (all: readonly Example[], most: number): string => {
  const shown = all
    .slice(0, most)
    .map(({ index, label }) => (label === undefined ? `${index}` : `${index} (${label})`))
  return all.length > most ? `${shown.join(', ')} and ${all.length - most} more` : shown.join(', ')
}

const flipRows = ({ of, split, examples, newlyRight, newlyWrong }: Flips, most: number): Cell[][] =>
  (
    [
      ['newly right', 'good', newlyRight],
      ['newly wrong', 'bad', newlyWrong],
    ] as const
  ).flatMap(([text, tone, flipped]) =>
    flipped.length === 0
      ? []
      : [[of, split, { text, tone }, `${flipped.length} of ${count(examples)}`, named(flipped, most)]],
  )

const verdictTone = (status: string | undefined): Cell =>
  status === undefined
    ? '–'
    : status === 'pass'
      ? { text: 'pass', tone: 'good' }
      : status === 'fail'
        ? { text: 'fail', tone: 'bad' }
        : status

/** A comparison as tables; those with nothing in them are left out. */
export const diffSections = (found: RunDifference, { examples }: SectionOptions): readonly Section[] => {
  const { recipe, params, environment, metrics, sizes, classes, flipped, verdicts, times, durations } = found
  const all: readonly Section[] = [
    {
      title: 'verdicts',
      columns: [{ title: 'gate' }, { title: 'a' }, { title: 'b' }, { title: 'found in b' }],
      rows: verdicts.map(({ gate, was, is, found: says }) => [
        gate,
        verdictTone(was),
        verdictTone(is),
        says ?? '',
      ]),
    },
    figures('metrics', 'model', metrics),
    figures('sizes', 'model', sizes),
    {
      title: 'flipped examples',
      columns: [
        { title: 'model' },
        { title: 'split' },
        { title: '' },
        { title: 'count', align: right },
        { title: 'index (class)' },
      ],
      rows: flipped.flatMap(each => flipRows(each, examples)),
    },
    {
      title: 'classes',
      columns: [
        { title: 'model' },
        { title: 'split' },
        { title: 'class' },
        { title: 'examples', align: right },
        { title: 'recall' },
        { title: 'precision' },
        { title: 'f1' },
      ],
      rows: classes.map(classRow),
      isDetail: true,
    },
    values('params', 'param', params),
    {
      title: 'recipe',
      columns: [],
      rows: [],
      lines:
        recipe === undefined
          ? []
          : [recipe.length === 0 ? 'its text differs' : `other texts: ${recipe.join(', ')}`],
    },
    stepsSection(found),
    figures('times (ms)', 'model', times, true),
    figures('durations', 'step', durations, true),
    { ...values('environment', '', environment), isDetail: true },
  ]
  return all.filter(({ rows, lines = [] }) => rows.length + lines.length > 0)
}
