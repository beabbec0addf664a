import type { Expression } from '../expression/expression.js'
import { parseExpression } from '../expression/parse.js'
import { checkValue } from './check-value.js'
import { gateNameFault } from './identifiers.js'
import { locator } from './locate.js'
import { describeValue, plainOf, type Entry, type MapNode, type ScalarNode } from './node.js'
import type { Gate } from './recipe.js'
import type { Reporter } from './reporter.js'
import { placeWithin } from './scalar-offsets.js'
import { gateForms, gateSchema, laterGateKeys } from './schema.js'
import { spanOf } from './source-file.js'
import { tellFaults } from './tell-faults.js'

const forms = Object.keys(gateForms) as (keyof typeof gateForms)[]

interface Written {
  readonly check?: string | boolean
  readonly when?: string | boolean
  readonly severity: 'error' | 'warn'
  readonly nonInferior?: {
    candidate: string
    reference: string
    metric: string
    margin: number
    alpha: number
  }
  readonly faster?: { candidate: string; reference: string; by: number; confidence: number }
}

/** Reads a bare expression that gives true or false; undefined where it is faulty, which was told. */
const readExpression = (node: MapNode, key: string, reporter: Reporter): Expression | undefined => {
  const scalar = node.entries.get(key)?.value as ScalarNode
  const text = String(scalar.value)
  if (text.includes('${{')) {
    reporter.report(
      'expression-not-here',
      `${key} is an expression by itself`,
      scalar,
      'Write it without ${{ }}; its names are those of steps.',
    )
    return undefined
  }
  const parsed = parseExpression(text, undefined, 'boolean')
  if (parsed.ok) return parsed.expression
  for (const fault of parsed.faults)
    reporter.report(fault.code, fault.message, placeWithin(scalar, fault.start, fault.end), fault.hint)
  return undefined
}

/** Reads one gate; undefined where it is faulty (which was told) or not of this version. */
const readGate = (name: string, entry: Entry, reporter: Reporter): Gate | undefined => {
  const misnamed = gateNameFault(name)
  if (misnamed) reporter.report('wrong-name', misnamed.message, entry.key)
  if (entry.value.kind !== 'map') {
    const value = plainOf(entry.value)
    const place = value === null ? entry.key : entry.value
    const hint = typeof value === 'string' ? `Write {check: ${value}}.` : undefined
    reporter.report('wrong-type', `gate "${name}" must be a map, and is ${describeValue(value)}`, place, hint)
    return undefined
  }
  const node = entry.value
  const later = laterGateKeys.filter(key => node.entries.has(key))
  for (const key of later) {
    const place = node.entries.get(key)!.key
    if (key === 'accepted')
      reporter.report(
        'not-yet',
        `this version does not judge "accepted" yet: gate "${name}" is left out`,
        place,
        'It comes with the lock file.',
        'warning',
      )
    else reporter.report('not-yet', `this version has no "${key}" in gates yet`, place)
  }
  if (later.length > 0) return undefined
  const checked = checkValue(gateSchema, plainOf(node), `gate "${name}"`)
  tellFaults(checked.faults, entry, reporter)
  const written = forms.filter(form => node.entries.has(form))
  if (checked.faults.length > 0) return undefined
  if (written.length !== 1) {
    const says = written.length === 0 ? 'has none' : `has ${written.join(' and ')}`
    reporter.report(
      'wrong-value',
      `gate "${name}" takes one form, and ${says}`,
      entry.key,
      `There are: ${forms.join(', ')}.`,
    )
    return undefined
  }
  const value = checked.value as Written
  const when = value.when === undefined ? undefined : readExpression(node, 'when', reporter)
  const check = value.check === undefined ? undefined : readExpression(node, 'check', reporter)
  if (misnamed || (value.when !== undefined && !when) || (value.check !== undefined && !check))
    return undefined
  const base = {
    name,
    severity: value.severity,
    ...(when ? { when } : {}),
    at: spanOf(entry.key),
    locate: locator(entry),
  }
  if (check) return { ...base, form: 'check', check }
  return value.nonInferior
    ? { ...base, form: 'nonInferior', ...value.nonInferior }
    : { ...base, form: 'faster', ...value.faster! }
}

/** Reads `gates:`; faulty ones are left out. */
export const readGates = (node: MapNode | undefined, reporter: Reporter): Gate[] =>
  [...(node?.entries ?? [])].flatMap(([name, entry]) => readGate(name, entry, reporter) ?? [])
