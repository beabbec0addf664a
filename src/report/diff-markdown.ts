import type { RunDifference } from '../judge/run-difference.js'
import { diffSections, type Cell, type Section, type SectionOptions } from './diff-sections.js'
import { diffSummary, sideText } from './diff-summary.js'

/** A text that Markdown shows as it is, inside of a table. */
const escaped = (text: string): string => text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\n/g, ' ')

const cellText = (cell: Cell): string => {
  if (typeof cell === 'string') return escaped(cell)
  return cell.tone === 'bad' ? `**${escaped(cell.text)}**` : escaped(cell.text)
}

const tableLines = ({ columns, rows }: Section): string[] => {
  const shown = columns.map((_, at) => at).filter(at => rows.some(row => (row[at] ?? '') !== ''))
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(shown.map(at => columns[at]!.title)),
    line(shown.map(at => (columns[at]!.align === 'right' ? '---:' : '---'))),
    ...rows.map(row => line(shown.map(at => cellText(row[at] ?? '')))),
  ]
}

/** A comparison as Markdown, for a comment on a pull request. Long tables are folded away. */
export const diffMarkdown = (found: RunDifference, options: SectionOptions): string[] => [
  `**${escaped(diffSummary(found))}**`,
  '',
  `- a: ${escaped(sideText(found.a))}`,
  `- b: ${escaped(sideText(found.b))}`,
  ...diffSections(found, options).flatMap(section => {
    const body = [
      ...(section.rows.length > 0 ? tableLines(section) : []),
      ...(section.lines ?? []).flatMap(line => ['', escaped(line)]),
    ]
    return section.isDetail
      ? ['', '<details>', `<summary>${section.title}</summary>`, '', ...body, '', '</details>']
      : ['', `### ${section.title}`, '', ...body]
  }),
  ...(found.notes.length > 0 ? ['', ...found.notes.map(note => `> ${escaped(note)}`)] : []),
]
