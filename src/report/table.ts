import { padEnd, padStart, width, type Paint } from './paint.js'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Lines of a table: a dim heading, two spaces between columns; a column whose every cell is empty is left out. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] => {
  const shown = columns.map((_, i) => i).filter(i => rows.some(row => (row[i] ?? '') !== ''))
  const widths = columns.map((column, i) =>
    Math.max(width(column.title), ...rows.map(row => width(row[i] ?? ''))),
  )
  const line = (cells: readonly string[]): string =>
    shown
      .map(i => (columns[i]!.align === 'right' ? padStart : padEnd)(cells[i] ?? '', widths[i]!))
      .join('  ')
      .trimEnd()
  return [paint.dim(line(columns.map(column => column.title))), ...rows.map(line)]
}
