import type { RunDifference } from '../judge/run-difference.js'
import { diffSections, type Cell, type SectionOptions } from './diff-sections.js'
import { diffSummary, sideText } from './diff-summary.js'
import type { Paint } from './paint.js'
import { table } from './table.js'

const painted = (cell: Cell, paint: Paint): string => {
  if (typeof cell === 'string') return cell
  const { text, tone } = cell
  return tone === 'good' ? paint.green(text) : tone === 'bad' ? paint.red(text) : paint.dim(text)
}

export interface DiffLinesOptions extends SectionOptions {
  /** Rows of each table. */
  readonly rows: number
}

/** A comparison for a terminal. */
export const diffLines = (found: RunDifference, options: DiffLinesOptions, paint: Paint): string[] => [
  `${paint.bold('a')}  ${sideText(found.a)}`,
  `${paint.bold('b')}  ${sideText(found.b)}`,
  ...diffSections(found, options).flatMap(({ title, columns, rows, lines = [] }) => [
    '',
    paint.bold(title),
    ...(rows.length === 0
      ? []
      : table(
          columns,
          rows.slice(0, options.rows).map(row => row.map(cell => painted(cell, paint))),
          paint,
        )),
    ...(rows.length > options.rows
      ? [paint.dim(`and ${rows.length - options.rows} more: --all shows them`)]
      : []),
    ...lines,
  ]),
  ...(found.notes.length > 0 ? ['', ...found.notes.map(note => paint.dim(note))] : []),
  '',
  diffSummary(found),
]
