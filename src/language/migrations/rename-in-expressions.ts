import { doubleQuoted } from '../format/scalar.js'
import { isBranch, nodesOf, type Branch } from '../format/tree.js'
import { closeOf } from '../interpolate.js'

/** A text inside of an expression, or a word. */
const token = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<![\w.])[A-Za-z_]\w*/g

const renamed = (text: string, from: string, to: string): string => {
  let written = ''
  let at = 0
  for (let open = text.indexOf('${{'); open >= 0; open = text.indexOf('${{', at)) {
    const close = text[open - 1] === '$' && open > at ? undefined : closeOf(text, open + 3)
    const end = close ?? open + 3
    const part = text.slice(open, end)
    written += text.slice(at, open) + part.replaceAll(token, word => (word === from ? to : word))
    at = end
  }
  return written + text.slice(at)
}

/** Gives a name another word in every `${{ }}` below a node. Texts inside of expressions, and names behind a dot, stay. */
export const renameInExpressions = (root: Branch, from: string, to: string): void => {
  for (const node of nodesOf(root)) {
    if (isBranch(node) || typeof node.value !== 'string' || !node.source.includes('${{')) continue
    const value = renamed(node.value, from, to)
    if (value === node.value) continue
    node.value = value
    if (node.style === 'plain' || node.style === 'block') {
      node.source = renamed(node.source, from, to)
      continue
    }
    // Quotes and escapes inside of quotes are written anew.
    node.style = 'double'
    node.source = doubleQuoted(value)
  }
}
