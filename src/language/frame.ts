/** Columns that a line of a frame may take; longer ones are cut around the caret. */
const widest = 100

const isWide = (point: number): boolean =>
  (point >= 0x1100 && point <= 0x115f) ||
  (point >= 0x2e80 && point <= 0xa4cf) ||
  (point >= 0xac00 && point <= 0xd7a3) ||
  (point >= 0xf900 && point <= 0xfaff) ||
  (point >= 0xfe30 && point <= 0xfe6f) ||
  (point >= 0xff00 && point <= 0xff60) ||
  (point >= 0x1f300 && point <= 0x1faff) ||
  (point >= 0x20000 && point <= 0x3fffd)

/** Cells that a text takes on a terminal. */
const cells = (text: string): number => {
  let count = 0
  for (const each of text)
    count += /^[\p{Mark}\p{Format}]/u.test(each) ? 0 : isWide(each.codePointAt(0)!) ? 2 : 1
  return count
}

/** Tabs as two spaces, other control characters as a visible mark: one line stays one line. */
const printable = (text: string): string =>
  text.replaceAll('\t', '  ').replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '\u00b7')

/** Cut to the stretch that holds the caret. Offsets count characters of the line. */
const cut = (line: string, start: number, end: number) => {
  if (line.length <= widest) return { line, start, end, before: '' }
  const from = Math.max(0, Math.min(start - 30, line.length - widest))
  const to = Math.min(line.length, from + widest)
  return {
    line: `${line.slice(from, to)}${to < line.length ? '…' : ''}`,
    start: start - from,
    end: Math.min(end, to) - from,
    before: from > 0 ? '…' : '',
  }
}

/**
 * A line of a file with the one before it and a caret below:
 *
 *     13 |   base:
 *     14 |     epochs: ten
 *        |             ^^^
 *
 * `lines`: the file's; `line` counts from 1, `column` and `endColumn` from 1, the end exclusive.
 */
export const codeFrame = (
  lines: (line: number) => string | undefined,
  at: {
    readonly line: number
    readonly column: number
    readonly endLine: number
    readonly endColumn: number
  },
): string => {
  const text = lines(at.line) ?? ''
  const last = at.endLine === at.line ? at.endColumn - 1 : text.length
  const shown = cut(text, Math.min(at.column - 1, text.length), Math.min(last, text.length))
  const gutter = String(at.line).length
  const before = lines(at.line - 1)
  const row = (label: string, rest: string): string => `${label.padStart(gutter)} | ${rest}`.trimEnd()
  const lead = cells(shown.before + printable(shown.line.slice(0, shown.start)))
  const length = cells(printable(shown.line.slice(shown.start, shown.end)))
  return [
    ...(before === undefined || before.trim() === ''
      ? []
      : [row(String(at.line - 1), printable(cut(before, 0, 0).line))]),
    row(String(at.line), shown.before + printable(shown.line)),
    row('', `${' '.repeat(lead)}${'^'.repeat(Math.max(1, length))}`),
  ].join('\n')
}
