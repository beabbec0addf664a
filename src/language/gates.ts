import type { Expression } from '../expression/expression.js'
import { checkValue } from './check-value.js'
import { conditionNames, readCondition } from './conditions.js'
import type { Frame } from './frames.js'
import { gateNameFault } from './identifiers.js'
import type { Lattice } from './lattice.js'
import { locator } from './locate.js'
import { describeValue, plainOf, type Entry, type MapNode } from './node.js'
import { readReference } from './ports.js'
import type { Gate, GateRow } from './recipe.js'
import { matrixOfRow } from './row-names.js'
import type { Reporter } from './reporter.js'
import { gateForms, gateSchema, laterGateKeys } from './gate-schema.js'
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

/** A gate as it was read, before the axes of the recipe or pipeline that it stands in are known. */
export type ReadGate = Gate extends infer G
  ? G extends unknown
    ? Omit<G, 'rows' | 'names'> & { readonly frame: Frame }
    : never
  : never

/** A gate as later stages see it. `lattice`: the axes of everything in its frame. */
export const gateOf = ({ frame, ...gate }: ReadGate, lattice: Lattice): Gate => ({
  ...gate,
  names: { prefix: frame.prefix, inputs: frame.inputs },
  rows: lattice.rows.map((row): GateRow => ({
    axes: lattice.axes,
    labels: Object.fromEntries(Object.entries(row).map(([axis, { label }]) => [axis, label])),
    matrix: matrixOfRow(row, lattice.axes),
    params: frame.paramsAt(row, lattice.axes),
  })),
})

/** Reads one gate; undefined where it is faulty (which was told) or not of this version. */
const readGate = (name: string, entry: Entry, frame: Frame, reporter: Reporter): ReadGate | undefined => {
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
  for (const key of later)
    reporter.report(
      'not-yet',
      `this version does not judge "${key}" yet: gate "${name}" is left out`,
      node.entries.get(key)!.key,
      'It comes with the lock file.',
      'warning',
    )
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
  const read = (key: 'when' | 'check'): Expression | undefined =>
    value[key] === undefined
      ? undefined
      : readCondition(node.entries.get(key)!.value, key, 'boolean', conditionNames(frame.names), reporter)
  const when = read('when')
  const check = read('check')
  const eachEntry = node.entries.get('each')
  const each = eachEntry && readReference(eachEntry.value, `each of gate "${name}"`, reporter)
  if (eachEntry && !each) return undefined
  if (misnamed || (value.when !== undefined && !when) || (value.check !== undefined && !check))
    return undefined
  const base = {
    name: `${frame.prefix}${name}`,
    frame,
    severity: value.severity,
    ...(when ? { when } : {}),
    ...(each ? { each } : {}),
    at: spanOf(entry.key),
    locate: locator(entry),
  }
  if (check) return { ...base, form: 'check', check }
  return value.nonInferior
    ? { ...base, form: 'nonInferior', ...value.nonInferior }
    : { ...base, form: 'faster', ...value.faster! }
}

/** Reads `gates:`; faulty ones are left out. */
export const readGates = (node: MapNode | undefined, frame: Frame, reporter: Reporter): ReadGate[] =>
  [...(node?.entries ?? [])].flatMap(([name, entry]) => readGate(name, entry, frame, reporter) ?? [])
