import type { Names } from '../expression/parse.js'
import { parseExpression } from '../expression/parse.js'
import type { Scope } from '../expression/expression.js'
import type { Entry, Node, ScalarNode } from './node.js'
import type { Reporter } from './reporter.js'
import { placeWithin } from './scalar-offsets.js'
import type { SourceFile } from './source-file.js'

/** Names that expressions in values may use, and their values. */
export interface Interpolation {
  readonly names: Names
  readonly scope: Scope
  /** Values of matrix axes: one that is a list or a map stands in whole where it is named alone. */
  readonly axes?: Readonly<Record<string, Node>>
}

export type Part =
  { readonly text: string } | { readonly expression: string; readonly at: number; readonly end: number }

/** Offset after the `}}` that ends an expression: not inside of its texts, nor where a map of its own is open. */
export const closeOf = (text: string, from: number): number | undefined => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const each = text[at]!
    if (each === '"' || each === "'") {
      for (at++; at < text.length && text[at] !== each; at++) if (text[at] === '\\') at++
    } else if (each === '{') depth++
    else if (each === '}' && depth > 0) depth--
    else if (text.startsWith('}}', at)) return at + 2
  }
  return undefined
}

/** Splits a text at its expressions; where one is not closed, its offset. */
export const partsOf = (text: string): Part[] | { readonly unclosed: number } => {
  const parts: Part[] = []
  let from = 0
  let plain = ''
  for (let at = text.indexOf('${{'); at >= 0; at = text.indexOf('${{', from)) {
    if (text[at - 1] === '$' && at > from) {
      plain += `${text.slice(from, at - 1)}\${{`
      from = at + 3
      continue
    }
    const close = closeOf(text, at + 3)
    if (close === undefined) return { unclosed: at }
    parts.push(
      { text: plain + text.slice(from, at) },
      { expression: text.slice(at + 3, close - 2), at: at + 3, end: close },
    )
    plain = ''
    from = close
  }
  parts.push({ text: plain + text.slice(from) })
  return parts.filter(part => !('text' in part) || part.text !== '')
}

/** A name alone needs no CEL: most expressions are one. */
const alone = /^\s*(params|matrix)\.([A-Za-z]\w*)\s*$/

/** Value of one expression; undefined where it has none, which was told. */
const valueOf = (
  scalar: ScalarNode,
  part: { readonly expression: string; readonly at: number; readonly end: number },
  { names, scope }: Interpolation,
  reporter: Reporter,
): unknown => {
  const place = (start: number, end: number) => placeWithin(scalar, part.at + start, part.at + end)
  const [, root, name] = alone.exec(part.expression) ?? []
  if (root !== undefined && name !== undefined && typeof names([root, name]) === 'string') {
    const values = (scope[root] ?? {}) as Record<string, unknown>
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (typeof value !== 'object') return value
  }
  const parsed = parseExpression(part.expression, names)
  if (!parsed.ok) {
    for (const fault of parsed.faults)
      reporter.report(fault.code, fault.message, place(fault.start, fault.end), fault.hint)
    return undefined
  }
  const result = parsed.expression.evaluate(scope)
  const missing = parsed.expression.names.some(
    ({ path: [root = '', name = ''] }) => !Object.hasOwn((scope[root] ?? {}) as object, name),
  )
  if (!result.ok) {
    // A param without a value has a problem of its own.
    if (missing) return undefined
    const message =
      result.reason === 'error' ? `it cannot be evaluated: ${result.message}` : 'it gives no finite number'
    const hint = /[/%]/.test(part.expression) ? 'Is something divided by zero?' : undefined
    reporter.report('expression-value', message, place(0, part.expression.length), hint)
    return undefined
  }
  if (typeof result.value === 'object') {
    reporter.report(
      'expression-value',
      'an expression in a value gives a number, a text, or true or false',
      place(0, part.expression.length),
    )
    return undefined
  }
  return result.value
}

/** The list or map that an axis holds, where a text is nothing but its name. */
const wholeValue = (parts: readonly Part[], { names, axes }: Interpolation): Node | undefined => {
  const [only, ...more] = parts.filter(part => !('text' in part) || part.text.trim() !== '')
  if (!axes || !only || 'text' in only || more.length > 0) return undefined
  const [, root, name] = alone.exec(only.expression) ?? []
  if (root !== 'matrix' || name === undefined || typeof names([root, name]) !== 'string') return undefined
  const found = Object.hasOwn(axes, name) ? axes[name] : undefined
  return found?.kind === 'scalar' ? undefined : found
}

const scalarOf = (scalar: ScalarNode, context: Interpolation, reporter: Reporter): Node | undefined => {
  const text = scalar.value
  if (typeof text !== 'string' || !text.includes('${{')) return scalar
  const parts = partsOf(text)
  if ('unclosed' in parts) {
    reporter.report(
      'expression-syntax',
      'the expression is not closed',
      placeWithin(scalar, parts.unclosed, parts.unclosed + 3),
      'Close it with }}; write $${{ for the characters themselves.',
    )
    return undefined
  }
  const whole = wholeValue(parts, context)
  if (whole) return whole
  const values = parts.map(part => ('text' in part ? part.text : valueOf(scalar, part, context, reporter)))
  if (values.includes(undefined)) return undefined
  const written = parts.filter(part => !('text' in part) || part.text.trim() !== '')
  const only = written.length === 1 && !('text' in written[0]!) ? parts.indexOf(written[0]!) : -1
  const value = only >= 0 ? values[only] : values.map(String).join('')
  return { ...scalar, value: value as string | number | boolean }
}

const asked = new WeakMap<SourceFile, boolean>()

/** Whether a file has any `${{`; searched for once, not at every value. */
const hasExpressions = (source: SourceFile): boolean => {
  const known = asked.get(source) ?? source.text.includes('${{')
  asked.set(source, known)
  return known
}

/** A node with its `${{ }}` replaced by their values; undefined where one has none, which was told. */
export const interpolate = (node: Node, context: Interpolation, reporter: Reporter): Node | undefined => {
  const isMerged = node.kind === 'map' && node.merged
  if (!isMerged && !hasExpressions(node.source)) return node
  if (node.kind === 'scalar') return scalarOf(node, context, reporter)
  if (node.kind === 'list') {
    const items = node.items.map(item => interpolate(item, context, reporter))
    return items.includes(undefined) ? undefined : { ...node, items: items as Node[] }
  }
  let complete = true
  const entries = new Map<string, Entry>()
  for (const [key, { key: place, value }] of node.entries) {
    if (key.includes('${{')) {
      reporter.report('expression-not-here', 'a key cannot hold an expression', place)
      complete = false
    }
    const inner = interpolate(value, context, reporter)
    if (inner) entries.set(key, { key: place, value: inner })
    else complete = false
  }
  return complete ? { ...node, entries } : undefined
}
