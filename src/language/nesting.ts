import { Parser, type CST } from 'yaml'

/** Deepest nesting of maps and lists. */
export const deepest = 60

/** An upper bound for the nesting of a text, from its brackets, indentation and dashes alone. */
const bound = (text: string): number => {
  let open = 0
  let brackets = 0
  let lead = 0
  let line = 0
  let indenting = true
  for (let at = 0; at < text.length; at++) {
    const each = text.charCodeAt(at)
    if (each === 10) {
      indenting = true
      line = 0
    } else if (indenting && (each === 32 || each === 45 || each === 63 || each === 58))
      lead = Math.max(lead, ++line)
    else indenting = false
    if (each === 91 || each === 123) brackets = Math.max(brackets, ++open)
    else if ((each === 93 || each === 125) && open > 0) open--
  }
  return brackets + lead
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
export const tooDeep = (text: string): number | undefined =>
  bound(text) <= deepest ? undefined : exactly([...new Parser().parse(text)])
