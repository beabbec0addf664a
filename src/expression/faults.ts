/** A fault in an expression; offsets count characters of its text. */
export interface ExpressionFault {
  readonly code: 'expression-syntax' | 'expression-name' | 'expression-type' | 'expression-too-large'
  readonly message: string
  readonly start: number
  readonly end: number
  readonly hint?: string
}

interface CelFault {
  readonly code?: string
  readonly summary?: string
  readonly range?: { readonly start: number; readonly end: number }
}

const tokens: Readonly<Record<string, string>> = {
  EOF: 'its end',
  NUMBER: 'a number',
  STRING: 'a text',
  IDENTIFIER: 'a name',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  DOT: '"."',
  COMMA: '","',
  COLON: '":"',
  QUESTION: '"?"',
}

const types: Readonly<Record<string, string>> = {
  double: 'number',
  int: 'whole number',
  string: 'text',
  bool: 'true/false',
  list: 'list',
  map: 'map',
  dyn: 'value',
  null: 'null',
}

/** A CEL type in our words. */
export const typeWord = (type: string): string => types[type] ?? types[type.replace(/<.*$/, '')] ?? type

const words: Readonly<Record<string, string>> = {
  and: 'Write && for "and".',
  or: 'Write || for "or".',
  not: 'Write ! for "not".',
  '=': 'Compare with ==.',
  '&': 'Write && for "and".',
  '|': 'Write || for "or".',
  '*': 'There is no power operator: multiply.',
}

/** A type with its article: `a number`. */
export const article = (word: string): string =>
  word === 'true/false' ? word : /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`

const operator = (summary: string): string => {
  const parts = /^no such overload: (\S+(?:, \S+)?) (\S+) (\S+)$/.exec(summary)
  if (parts)
    return `"${parts[2]}" does not join ${article(typeWord(parts[1]!))} and ${article(typeWord(parts[3]!))}`
  const unary = /^no such overload: ([-!])(\S+)$/.exec(summary)
  return unary ? `"${unary[1]}" does not take ${article(typeWord(unary[2]!))}` : summary
}

const inOurWords = (fault: CelFault, near: string): { message: string; hint?: string } => {
  const summary = fault.summary ?? 'it cannot be read'
  const hint = Object.hasOwn(words, near) ? words[near] : undefined
  const withHint = hint === undefined ? {} : { hint }
  switch (fault.code) {
    case 'expected_token': {
      const found = /^Expected (\w+), got (\w+)$/.exec(summary)
      return {
        message: `${tokens[found?.[1] ?? ''] ?? found?.[1]} is expected here, not ${tokens[found?.[2] ?? ''] ?? `"${near}"`}`,
        ...withHint,
      }
    }
    case 'unexpected_character':
    case 'unexpected_token':
      return {
        message: near === '' ? 'the expression ends too early' : `"${near}" makes no sense here`,
        ...withHint,
      }
    case 'unterminated_string':
      return { message: 'the text is not closed', hint: 'Close it with the quote that it began with.' }
    case 'no_such_overload':
      return { message: operator(summary) }
    case 'no_matching_overload': {
      const call = /'(?:\S+\.)?_?(\w+)\((.*)\)'/.exec(summary)
      const given = (call?.[2] ?? '').split(', ').filter(Boolean)
      if (call?.[1] === 'divide' || call?.[1] === 'remainder')
        return {
          message: `"${call[1] === 'divide' ? '/' : '%'}" does not join ${given.map(each => article(typeWord(each))).join(' and ')}`,
        }
      return {
        message: `${call?.[1] ?? 'this function'} does not take ${given.length === 0 ? 'nothing' : given.map(each => article(typeWord(each))).join(' and ')}`,
      }
    }
    case 'invalid_logical_operand':
    case 'invalid_condition_type': {
      const got = /got '(.*)'/.exec(summary)?.[1] ?? 'dyn'
      return { message: `true or false is needed here, not ${article(typeWord(got))}` }
    }
    case 'incompatible_ternary_branches':
      return { message: 'both outcomes of "? :" must be of one type' }
    case 'cannot_index_type':
      return { message: 'this value has no parts' }
    case 'invalid_index_type':
      return { message: 'a list index must be a whole number as it stands, as in [0]' }
    default:
      return { message: summary.charAt(0).toLowerCase() + summary.slice(1), ...withHint }
  }
}

const isCel = (error: unknown): error is Error & CelFault => error instanceof Error && 'summary' in error

/** An error of CEL's as a fault in our words; a bug of ours is thrown on. */
export const faultOf = (error: unknown, text: string): ExpressionFault => {
  const tooLarge = error instanceof RangeError || (isCel(error) && error.code === 'limit_exceeded')
  if (tooLarge)
    return {
      code: 'expression-too-large',
      message: 'the expression is too long or too deep',
      start: 0,
      end: text.length,
    }
  if (!isCel(error)) throw error
  const start = Math.min(error.range?.start ?? 0, text.length)
  const word = /^\w+|^\S/.exec(text.slice(start))?.[0] ?? ''
  const end = Math.max(error.range?.end ?? start, start + Math.max(1, word.length))
  const isType = error.name !== 'ParseError'
  const percent = /(\d+(?:\.\d+)?)\s*%\s*$/.exec(text)
  if (!isType && percent && start >= text.trimEnd().length - 1)
    return {
      code: 'expression-syntax',
      message: `"${percent[0].trim()}" is no number`,
      start: percent.index,
      end: percent.index + percent[0].trimEnd().length,
      hint: `Write ${Number(percent[1]) / 100}.`,
    }
  return {
    code: isType ? 'expression-type' : 'expression-syntax',
    ...inOurWords(error, isType ? '' : word),
    start,
    end: Math.min(
      isType ? (error.range?.end ?? end) : start + Math.max(1, word.length),
      Math.max(text.length, 1),
    ),
  }
}
