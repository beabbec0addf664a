/** A token of a Python literal: punctuation, a string, a number, or a word. */
const token =
  /\s*(?:([{}()[\],:])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)L?|(True|False|None)\b)/y

/**
 * The value of a Python literal of dictionaries, tuples, lists, strings, numbers, True, False and None: what
 * stands in NPY headers. Tuples become lists. Undefined where the text is none.
 */
export const parseLiteral = (text: string): unknown => {
  const tokens: { readonly mark?: string; readonly value?: unknown }[] = []
  token.lastIndex = 0
  const end = text.trimEnd().length
  while (token.lastIndex < end) {
    const match = token.exec(text)
    if (!match) return undefined
    const [, mark, single, double, number, word] = match
    if (mark !== undefined) tokens.push({ mark })
    else if (single !== undefined || double !== undefined) tokens.push({ value: single ?? double })
    else if (number !== undefined) tokens.push({ value: Number(number) })
    else tokens.push({ value: word === 'None' ? null : word === 'True' })
  }
  let at = 0
  const is = (mark: string): boolean => tokens[at]?.mark === mark
  const take = (mark: string): boolean => is(mark) && ++at > 0

  const sequence = (close: string, depth: number): unknown[] | undefined => {
    const items: unknown[] = []
    while (!is(close)) {
      const item = value(depth)
      if (item === undefined) return undefined
      items.push(item)
      if (!take(',') && !is(close)) return undefined
    }
    at++
    return items
  }
  const dictionary = (depth: number): Record<string, unknown> | undefined => {
    const members: [string, unknown][] = []
    while (!is('}')) {
      const key = value(depth)
      if (typeof key !== 'string' || !take(':')) return undefined
      const item = value(depth)
      if (item === undefined) return undefined
      members.push([key, item])
      if (!take(',') && !is('}')) return undefined
    }
    at++
    return Object.fromEntries(members)
  }
  const value = (depth: number): unknown => {
    if (depth > 16) return undefined
    const next = tokens[at++]
    if (next === undefined) return undefined
    if (next.mark === undefined) return next.value
    if (next.mark === '{') return dictionary(depth + 1)
    if (next.mark === '(') return sequence(')', depth + 1)
    if (next.mark === '[') return sequence(']', depth + 1)
    return undefined
  }
  const whole = value(0)
  return at === tokens.length ? whole : undefined
}
