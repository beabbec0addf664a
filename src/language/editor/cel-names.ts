/** A dotted name inside an expression that may be half-written: `int8.accuracy`. */
export interface WrittenName {
  readonly path: readonly string[]
  /** Offset of each segment in the text. */
  readonly starts: readonly number[]
  readonly end: number
}

const words = new Set(['true', 'false', 'null', 'in'])
const binding = new Set(['all', 'exists', 'exists_one', 'existsOne', 'map', 'filter'])

interface Bound {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** Offset after the parenthesis that closes the one at `open`. */
const closing = (text: string, open: number): number => {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at
  }
  return text.length
}

/** Offset after a text in quotes. */
const afterQuoted = (text: string, from: number): number => {
  const quote = text[from]!
  let at = from + 1
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1
  return at + 1
}

const dotted = /[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*/y

/**
 * Names that an expression reads, by its words alone: it need not be right, nor whole. Functions, methods and the
 * variables of macros (`int8.all(i, i.accuracy > 0.9)`) are not among them.
 */
export const writtenNames = (text: string): WrittenName[] => {
  const found: WrittenName[] = []
  const bound: Bound[] = []
  let at = 0
  while (at < text.length) {
    const each = text[at]!
    if (each === '"' || each === "'") {
      at = afterQuoted(text, at)
      continue
    }
    if (/[0-9]/.test(each)) {
      at += /^[0-9.]+(?:[eE][-+]?[0-9]+)?\w*/.exec(text.slice(at))![0].length
      continue
    }
    if (!/[A-Za-z_]/.test(each)) {
      at++
      continue
    }
    dotted.lastIndex = at
    const whole = dotted.exec(text)![0]
    const end = at + whole.length
    const starts: number[] = []
    const path = [...whole.matchAll(/\w+/g)].map(match => {
      starts.push(at + match.index)
      return match[0]
    })
    const call = /^\s*\(/.exec(text.slice(end))
    if (call) {
      const open = end + call[0].length - 1
      const variable = /^\(\s*([A-Za-z_]\w*)\s*,/.exec(text.slice(open))?.[1]
      if (variable !== undefined && binding.has(path.at(-1)!))
        bound.push({ name: variable, start: open, end: closing(text, open) })
      path.pop()
      starts.pop()
    }
    const isMember = /\.\s*$/.test(text.slice(0, at))
    if (path.length > 0 && !isMember && !words.has(path[0]!))
      found.push({ path, starts, end: starts.at(-1)! + path.at(-1)!.length })
    at = end
  }
  return found.filter(
    ({ path, starts }) =>
      !bound.some(({ name, start, end }) => name === path[0] && start < starts[0]! && starts[0]! < end),
  )
}
