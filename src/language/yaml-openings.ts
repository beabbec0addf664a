import type { YAMLError } from 'yaml'
import { stretchesOf } from './quoting.js'

/** The last bracket of a text that has no partner, outside of texts and comments; undefined where all have one. */
const unclosedBracket = (text: string): number | undefined => {
  const stretches = stretchesOf(text)
  const open: number[] = []
  let next = 0
  for (let at = 0; at < text.length; at++) {
    while (next < stretches.length && stretches[next]!.end <= at) next++
    const inside = stretches[next]
    if (inside && inside.start <= at) continue
    const each = text[at]
    if (each === '[' || each === '{') open.push(at)
    else if (each === ']' || each === '}') {
      const from = open.pop()
      // Another kind than the one that is open: that one is what was forgotten.
      if (from !== undefined && (text[from] === '[') !== (each === ']')) return from
    }
  }
  return open.at(-1)
}

/** True for a list or map in brackets that ends too early, or not at all. */
const isUnclosed = ({ code, message }: YAMLError): boolean =>
  (code === 'BAD_INDENT' && /end with a/.test(message)) || (code === 'MISSING_CHAR' && !/quote/.test(message))

/** Where a fault begins: of what is not closed its quote or bracket, else where the reader noticed. */
export const openingOf = (fault: YAMLError, text: string): number => {
  const [at] = fault.pos
  if (fault.code === 'MISSING_CHAR' && fault.message.includes('quote'))
    return stretchesOf(text).findLast(each => each.kind === 'quoted' && each.start < at)?.start ?? at
  if (isUnclosed(fault)) return unclosedBracket(text) ?? at
  // A line that is indented wrongly is shown at what stands in it.
  if (fault.code !== 'BAD_INDENT') return at
  let first = at
  while (text[first] === ' ') first++
  return first < text.length && text[first] !== '\n' ? first : at
}
