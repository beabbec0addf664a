import type { Environment, ParseResult } from '@marcbachmann/cel-js'
import { didYouMean } from '../core/nearest.js'
import { functionNames, methodNames, newEnvironment } from './environment.js'
import { evaluator } from './evaluate.js'
import type { Expression } from './expression.js'
import { article, faultOf, typeWord, type ExpressionFault } from './faults.js'
import { elementsOf, namesOf, type FoundName } from './names.js'
import { oneNumber } from './one-number.js'
import { callOf, childrenOf, standIn, treeOf, type CelNode } from './tree.js'

/** Type of a name's value. `any`: known only when it is evaluated. */
export type NameType = 'number' | 'string' | 'boolean' | 'any'

/** Why a path is no name: `depth` segments of it are fine. */
export interface UnknownName {
  readonly unknown: string
  readonly depth: number
  readonly hint?: string
}

/** What a dotted path means where the expression stands. */
export type Names = (path: readonly string[]) => NameType | UnknownName

export type Parsed =
  | { readonly ok: true; readonly expression: Expression; readonly type: NameType }
  | { readonly ok: false; readonly faults: readonly ExpressionFault[] }

/** Longest text that is read at all. */
const longest = 4000

/** Gates: what is measured is a number, and a step by itself is anything. */
const measured: Names = path => (path.length > 1 ? 'number' : 'any')

const celTypes = { number: 'double', string: 'string', boolean: 'bool', any: 'dyn' } as const
const ourTypes: Readonly<Record<string, NameType>> = { double: 'number', string: 'string', bool: 'boolean' }

/** Calls of functions that there are not; `matches` and CEL's conversions among them. */
const unknownCalls = (node: CelNode, text: string): ExpressionFault[] => {
  const own: ExpressionFault[] = []
  if (node.op === 'call' || node.op === 'rcall') {
    const { name, receiver } = callOf(node)
    const known: readonly string[] = receiver ? methodNames : functionNames
    if (!known.includes(name)) {
      const start = receiver ? Math.max(text.indexOf(name, receiver.end), node.start) : node.start
      own.push({
        code: 'expression-name',
        message: `there is no function "${name}"${receiver ? ' behind a dot' : ''}`,
        start,
        end: start + name.length,
        hint: didYouMean(name, known) ?? `There are: ${known.join(', ')}.`,
      })
    }
  }
  return [...own, ...childrenOf(node).flatMap(child => unknownCalls(child, text))]
}

const unknownNames = (found: readonly FoundName[], names: Names): ExpressionFault[] =>
  found.flatMap(({ path, start, end, ends }) => {
    const meant = names(path)
    if (typeof meant === 'string') return []
    const from = meant.depth === 0 ? start : (ends[meant.depth - 1] ?? start) + 1
    return [
      {
        code: 'expression-name' as const,
        message: meant.unknown,
        start: Math.min(from, end),
        end: ends[meant.depth] ?? end,
        ...(meant.hint === undefined ? {} : { hint: meant.hint }),
      },
    ]
  })

/** Declares each name under its whole path, so that a number is a double before types are checked. */
const declare = (environment: Environment, found: readonly FoundName[], names: Names): void => {
  for (const { path, tested, listed, node } of found) {
    const name = tested ? `has ${path.join('.')}` : path.join('.')
    const meant = names(path)
    if (!environment.hasVariable(name))
      environment.registerVariable(
        name,
        tested
          ? 'bool'
          : celTypes[typeof meant !== 'string' || (listed && meant === 'number') ? 'any' : meant],
      )
    if (tested || path.length > 1) standIn(node, environment, 'x', name)
  }
}

const wrongType = (text: string, message: string): Parsed => ({
  ok: false,
  faults: [{ code: 'expression-type', message, start: 0, end: text.length }],
})

/**
 * Reads and checks a CEL expression. All unknown names come at once; types are checked only where every name is
 * known. `names`: what paths mean; absent: `step.metric` is a number. `expect`: what it must give.
 */
export const parseExpression = (
  text: string,
  names: Names = measured,
  expect?: 'boolean' | 'number',
): Parsed => {
  if (text.length > longest) return { ok: false, faults: [faultOf(new RangeError(), text)] }
  const environment = newEnvironment()
  let program: ParseResult
  let found: FoundName[]
  try {
    const tree = treeOf(environment, text)
    program = tree.program
    found = namesOf(tree.root)
    const elements = elementsOf(tree.root)
    const unknown = [...unknownCalls(tree.root, text), ...unknownNames(found, names)]
    if (unknown.length > 0) return { ok: false, faults: unknown.sort((a, b) => a.start - b.start) }
    oneNumber(environment, tree.root)
    declare(environment, found, names)
    const checked = program.check()
    if (!checked.valid) return { ok: false, faults: [faultOf(checked.error, text)] }
    const type = ourTypes[checked.type ?? ''] ?? 'any'
    const unfit = expect !== undefined && type !== 'any' && type !== expect
    const isDyn = checked.type === 'dyn'
    if (expect !== undefined && (unfit || (type === 'any' && !isDyn)))
      return wrongType(
        text,
        `it must give ${expect === 'boolean' ? 'true or false' : 'a number'}, and gives ${article(typeWord(checked.type ?? ''))}`,
      )
    return { ok: true, expression: evaluator(text, found, elements, program), type }
  } catch (error) {
    return { ok: false, faults: [faultOf(error, text)] }
  }
}
