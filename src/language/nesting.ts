import { Parser, type CST } from 'yaml'

/** Deepest nesting of maps and lists. */
export const deepest = 60

/** An upper bound for the nesting of a text, from its brackets, indentation and dashes alone, and where it is reached. */
const bound = (text: string): { readonly depth: number; readonly at: number } => {
  let open = 0
  let brackets = 0
  let lead = 0
  let line = 0
  let indenting = true
  let place = 0
  for (let at = 0; at < text.length; at++) {
    const each = text.charCodeAt(at)
    if (each === 10) {
      indenting = true
      line = 0
    } else if (indenting && (each === 32 || each === 45 || each === 63 || each === 58)) {
      if (++line > lead) [lead, place] = [line, at]
    } else indenting = false
    if (each === 91 || each === 123) {
      if (++open > brackets) [brackets, place] = [open, at]
    } else if ((each === 93 || each === 125) && open > 0) open--
  }
  return { depth: brackets + lead, at: place }
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

/** Where a text is most likely nested deepest. */
export const steepest = (text: string): number => bound(text).at

/** Offset of the first value that is nested too deeply for a reader that recurses; undefined where none is. */
export const tooDeep = (text: string): number | undefined => {
  const { depth, at } = bound(text)
  if (depth <= deepest) return undefined
  try {
    return exactly([...new Parser().parse(text)])
  } catch (error) {
    // Thousands of lists in one line: the parser itself goes through them by recursion.
    if (error instanceof RangeError) return at
    throw error
  }
}
