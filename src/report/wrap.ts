import { width, type Paint } from './paint.js'

/** Words, and what stands between two backticks as one where it fits a line: a command that is broken cannot be copied. */
const wordsOf = (text: string, wide: number): string[] =>
  [...text.matchAll(/\S*`[^`]*`\S*|\S+/g)].flatMap(([word]) =>
    width(word) > wide ? word.split(/\s+/) : [word],
  )

/** A text in lines of at most so many columns, colour codes left out; a longer word has a line of its own. */
export const wrap = (text: string, wide: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of wordsOf(text, wide)) {
    if (line !== '' && width(line) + width(word) + 1 > wide) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

/** Narrower than this a terminal wraps by itself as well as we could. */
const narrowest = 40

/**
 * A line as its terminal takes it: as it is where it fits, or where there is no terminal; else broken between words, the
 * further lines below `indent` columns. What stands before the text (`lead`) keeps its spaces.
 */
export const hang = (lead: string, text: string, indent: number, { columns }: Paint): string[] => {
  if (columns === undefined || columns < narrowest || width(lead) + width(text) <= columns)
    return [`${lead}${text}`]
  const words = text.trim().replaceAll(/\s+/g, ' ')
  // The first line has less room, or more, than the others.
  const first = wrap(words, columns - width(lead))[0] ?? ''
  const rest = words.slice(first.length).trimStart()
  const more = rest === '' ? [] : wrap(rest, columns - indent)
  return [`${lead}${first}`, ...more.map(line => `${' '.repeat(indent)}${line}`)]
}

/** Lines of a recipe with a caret below (`src/language/frame.ts`), cut around the caret to what a terminal takes. */
export const fitFrame = (frame: string, indent: number, { columns }: Paint): string[] => {
  const lines = frame.split('\n')
  const gutter = lines[0]!.indexOf('|') + 2
  const room = (columns ?? Infinity) - indent - gutter
  const fits = lines.every(line => width(line) - gutter <= room)
  if (fits || columns === undefined || columns < narrowest || gutter < 2) return lines
  const caret = lines.at(-1)!.indexOf('^') - gutter
  const from = Math.max(0, Math.min(caret - Math.floor(room / 3), width(lines.at(-2) ?? '') - gutter - room))
  return lines.map(line => {
    const letters = Array.from(line.slice(gutter))
    const isCaret = line.trimEnd().endsWith('^')
    const part = letters.slice(from, from + room)
    if (!isCaret && from > 0 && part.length > 0) part[0] = '…'
    if (!isCaret && from + room < letters.length) part[room - 1] = '…'
    return `${line.slice(0, gutter)}${part.join('')}`.trimEnd()
  })
}
