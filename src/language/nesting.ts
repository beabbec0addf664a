import { Parser, type CST } from 'yaml'

/** Deepest nesting of maps and lists. */
export const deepest = 60

/** Brackets, commas, colons, quotes and line ends that a recipe may have: what a parser's memory grows with. */
export const mostMarks = 500_000

/** What can be told of a text by going through its characters once. */
export interface Outline {
  /** An upper bound for its nesting, from brackets, indentation and dashes alone. */
  readonly depth: number
  /** Where that is reached. */
  readonly at: number
  /** Where the bound is first far beyond what may be. */
  readonly early?: number
  readonly marks: number
}

const marking = new Uint8Array(128)
for (const each of '\n,:[]{}&*!?"\'#-') marking[each.charCodeAt(0)] = 1

export const outlineOf = (text: string): Outline => {
  let open = 0
  let brackets = 0
  let lead = 0
  let line = 0
  let indenting = true
  let place = 0
  let early: number | undefined
  let marks = 0
  for (let at = 0; at < text.length; at++) {
    const each = text.charCodeAt(at)
    if (each < 128) marks += marking[each]!
    if (each === 10) {
      indenting = true
      line = 0
    } else if (indenting && (each === 32 || each === 45 || each === 63 || each === 58)) {
      if (++line > lead) [lead, place] = [line, at]
    } else indenting = false
    if (each === 91 || each === 123) {
      if (++open > brackets) [brackets, place] = [open, at]
      if (early === undefined && open > 2 * deepest) early = at
    } else if ((each === 93 || each === 125) && open > 0) open--
    if (early === undefined && line > 4 * deepest) early = at
  }
  return { depth: brackets + lead, at: place, marks, ...(early === undefined ? {} : { early }) }
}

/** Offset of the first token that is nested too deeply; undefined where none is. */
const exactly = (tokens: readonly CST.Token[]): number | undefined => {
  const open: { value: unknown; depth: number; offset: number }[] = tokens.map(value => ({
    value,
    depth: 0,
    offset: 0,
  }))
  while (open.length > 0) {
    const { value, depth, offset } = open.pop()!
    if (depth > deepest) return offset
    if (Array.isArray(value)) {
      for (const each of value) open.push({ value: each, depth, offset })
      continue
    }
    if (typeof value !== 'object' || value === null) continue
    const holds = 'items' in value
    const at = 'offset' in value && typeof value.offset === 'number' ? value.offset : offset
    for (const each of Object.values(value))
      if (typeof each === 'object') open.push({ value: each, depth: depth + (holds ? 1 : 0), offset: at })
  }
  return undefined
}

/** Offset of the first value that is nested too deeply for a reader that recurses; undefined where none is. */
export const tooDeep = (text: string, { depth, at, early }: Outline): number | undefined => {
  if (depth <= deepest) return undefined
  try {
    // A file that is deep on purpose shows it soon, and need not be parsed whole.
    const soon = early === undefined ? undefined : exactly([...new Parser().parse(text.slice(0, early + 1))])
    return soon ?? exactly([...new Parser().parse(text)])
  } catch (error) {
    // Thousands of lists in one line: the parser itself goes through them by recursion.
    if (error instanceof RangeError) return at
    throw error
  }
}
