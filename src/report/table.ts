import { stripVTControlCharacters } from 'node:util'
import { padEnd, padStart, width, type Paint } from './paint.js'
import { wrap } from './wrap.js'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const gap = 2
/** A column of text is not made narrower than this for the sake of a terminal. */
const leastText = 8

const longestWord = (text: string): number => Math.max(0, ...text.split(/\s+/).map(width))

/** A cell in lines of at most so many columns, each in the colour that the whole of it has. */
const cellLines = (cell: string, wide: number): string[] => {
  if (width(cell) <= wide) return [cell]
  const text = stripVTControlCharacters(cell)
  const at = cell.indexOf(text)
  // Of several colours none is the cell's.
  if (at < 0) return wrap(cell, wide)
  const [open, close] = [cell.slice(0, at), cell.slice(at + text.length)]
  return wrap(text, wide).map(line => `${open}${line}${close}`)
}

/**
 * Makes the columns of text narrower, the widest first, until the table fits its terminal; none narrower than its longest
 * word. A table that cannot fit keeps its widths.
 */
const narrowed = (
  widths: readonly number[],
  least: readonly (number | undefined)[],
  columns: number,
): readonly number[] => {
  const now = [...widths]
  const total = (): number => now.reduce((sum, each) => sum + each, gap * (now.length - 1))
  while (total() > columns) {
    let widest: number | undefined
    for (const [at, room] of now.entries()) {
      const bound = least[at]
      if (bound === undefined || room <= bound) continue
      if (widest === undefined || room > now[widest]!) widest = at
    }
    if (widest === undefined) return widths
    now[widest]! -= 1
  }
  return now
}

/**
 * Lines of a table: a dim heading, two spaces between columns; a column whose every cell is empty is left out. On a
 * terminal that is too narrow for it, texts are broken between words within their columns.
 */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] => {
  const shown = columns.map((_, i) => i).filter(i => rows.some(row => width(row[i] ?? '') > 0))
  const cells = (i: number): string[] => [columns[i]!.title, ...rows.map(row => row[i] ?? '')]
  const natural = shown.map(i => Math.max(...cells(i).map(width)))
  const least = shown.map(i =>
    columns[i]!.align === 'right' ? undefined : Math.max(leastText, ...cells(i).map(longestWord)),
  )
  const widths = paint.columns === undefined ? natural : narrowed(natural, least, paint.columns)
  const linesOf = (row: readonly string[]): string[] => {
    const parts = shown.map((i, at) => cellLines(row[i] ?? '', widths[at]!))
    const high = Math.max(1, ...parts.map(part => part.length))
    return Array.from({ length: high }, (_, line) =>
      shown
        .map((i, at) =>
          (columns[i]!.align === 'right' ? padStart : padEnd)(parts[at]![line] ?? '', widths[at]!),
        )
        .join(' '.repeat(gap))
        .trimEnd(),
    )
  }
  return [
    ...linesOf(columns.map(column => column.title)).map(line => paint.dim(line)),
    ...rows.flatMap(linesOf),
  ]
}
