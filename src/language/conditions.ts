import type { Expression } from '../expression/expression.js'
import { parseExpression, type Names } from '../expression/parse.js'
import type { Node } from './node.js'
import type { Reporter } from './reporter.js'
import { placeWithin } from './scalar-offsets.js'

/**
 * Names of a bare expression: `params.X` and `matrix.AXIS`, and metrics of steps, which are numbers.
 * `candidates`: the expression is about `it`, one of several.
 */
export const conditionNames =
  (params: Names, candidates = false): Names =>
  path => {
    const [root, second] = path
    if (root === 'params') return params(path)
    if (root === 'matrix') return 'any'
    if (root === 'it' && !candidates)
      return {
        unknown: 'there is no "it" here',
        depth: 0,
        hint: 'Only the expressions of a select are about "it".',
      }
    if (path.length > 1 && path.at(-1) === 'chosen') return 'string'
    return path.length === 1 || second === 'matrix' ? 'any' : 'number'
  }

/** Reads a bare expression; undefined where it is faulty, which was told. `key`: what it is called in messages. */
export const readCondition = (
  node: Node,
  key: string,
  expect: 'boolean' | 'number',
  names: Names,
  reporter: Reporter,
): Expression | undefined => {
  if (node.kind !== 'scalar') return undefined
  const text = String(node.value)
  if (text.includes('${{')) {
    reporter.report(
      'expression-not-here',
      `${key} is an expression by itself`,
      node,
      'Write it without ${{ }}; its names are those of steps.',
    )
    return undefined
  }
  const parsed = parseExpression(text, names, expect)
  if (parsed.ok) return parsed.expression
  for (const fault of parsed.faults)
    reporter.report(fault.code, fault.message, placeWithin(node, fault.start, fault.end), fault.hint)
  return undefined
}
