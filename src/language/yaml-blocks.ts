/** A stretch of a text, in characters. */
export interface Block {
  readonly start: number
  readonly end: number
}

const isKeyStart = (text: string, at: number): boolean => /^[A-Za-z_"']/.test(text.slice(at, at + 1))

/** Starts of the lines between two offsets that begin in this column with what may be a key. */
const keyLines = (text: string, { start, end }: Block, column: number): number[] => {
  const found: number[] = []
  for (let line = start; line < end;) {
    const indent = text.slice(line, line + column)
    if (indent === ' '.repeat(column) && isKeyStart(text, line + column)) found.push(line)
    const next = text.indexOf('\n', line)
    line = next < 0 ? end : next + 1
  }
  return found
}

const between = (starts: readonly number[], end: number): Block[] =>
  starts.map((start, at) => ({ start, end: starts[at + 1] ?? end }))

/** Where the first line with something in it begins to say it; undefined where there is none. */
const firstWord = (
  text: string,
  { start, end }: Block,
): { readonly line: number; readonly column: number } | undefined => {
  for (let line = start; line < end;) {
    const next = text.indexOf('\n', line)
    const stop = next < 0 ? end : next
    const column = text.slice(line, stop).search(/[^ ]/)
    if (column >= 0 && !/^(#|\r$|---)/.test(text.slice(line + column, stop))) return { line, column }
    line = stop + 1
  }
  return undefined
}

/**
 * The entries of a text's top level, each with its lines. YAML wants whatever belongs to a value further to the right
 * than its key, so a line in the keys' column begins an entry or is a mistake: each can be read by itself. Empty
 * where the top level is no such map.
 */
export const topBlocks = (text: string): Block[] => {
  const whole = { start: 0, end: text.length }
  const first = firstWord(text, whole)
  if (!first || first.column > 0 || !isKeyStart(text, first.line)) return []
  return between(keyLines(text, whole, 0), text.length)
}

/** The entries of a block's map in the same way; empty where its value is no map that begins on a line of its own. */
export const innerBlocks = (text: string, { start, end }: Block): Block[] => {
  const line = text.indexOf('\n', start)
  if (line < 0 || line >= end || !/^[\w"'-]+ *: *(#.*)?\r?$/.test(text.slice(start, line))) return []
  const rest = { start: line + 1, end }
  const first = firstWord(text, rest)
  if (!first || first.column === 0) return []
  return between(keyLines(text, rest, first.column), end)
}
