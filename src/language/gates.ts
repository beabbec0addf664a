import type { Margin } from '../core/margin.js'
import type { Direction } from '../core/metric-direction.js'
import type { Expression } from '../expression/expression.js'
import type { Names } from '../expression/parse.js'
import { checkValue } from './check-value.js'
import { conditionNames, readCondition } from './conditions.js'
import type { Frame } from './frames.js'
import { gateNameFault } from './identifiers.js'
import type { Lattice } from './lattice.js'
import { locator } from './locate.js'
import { describeValue, plainOf, type Entry, type MapNode, type Node } from './node.js'
import { readReference } from './ports.js'
import type { Gate, GateRow } from './recipe.js'
import { matrixOfRow } from './row-names.js'
import type { Reporter } from './reporter.js'
import { gateForms, gateSchema } from './gate-schema.js'
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
  readonly accepted?: { margin: number | string; better?: Direction }
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

const marginOf = (margin: number | string): Margin =>
  typeof margin === 'number'
    ? { value: margin, relative: false }
    : { value: Number.parseFloat(margin) / 100, relative: true }

/** The metric of an `accepted` gate: one name, since a baseline is kept under it. */
const readMetric = (form: Node, names: Names, reporter: Reporter): Expression | undefined => {
  const node = form.kind === 'map' ? form.entries.get('metric')?.value : undefined
  const metric = node && readCondition(node, 'metric', 'number', names, reporter)
  if (!node || !metric) return undefined
  const [only, more] = metric.names
  const isName = only && !more && only.path.join('.') === metric.text.replaceAll(/\s/g, '')
  if (isName && only.path.length > 1 && only.path[0] !== 'params' && only.path[0] !== 'matrix') return metric
  reporter.report(
    'gate-one-metric',
    `a baseline is kept of one metric, and "${metric.text}" is ${isName || !only ? 'none' : 'more than its name'}`,
    node,
    'Write STEP.METRIC; for more than that there is `check`.',
  )
  return undefined
}

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
  const names = conditionNames(frame.names)
  const read = (key: 'when' | 'check'): Expression | undefined =>
    value[key] === undefined
      ? undefined
      : readCondition(node.entries.get(key)!.value, key, 'boolean', names, reporter)
  const when = read('when')
  const check = read('check')
  const metric = value.accepted && readMetric(node.entries.get('accepted')!.value, names, reporter)
  const eachEntry = node.entries.get('each')
  const each = eachEntry && readReference(eachEntry.value, `each of gate "${name}"`, reporter)
  if (eachEntry && !each) return undefined
  if (misnamed || (value.when !== undefined && !when) || (value.check !== undefined && !check))
    return undefined
  if (value.accepted && !metric) return undefined
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
  if (value.accepted && metric) {
    const { margin, better } = value.accepted
    return {
      ...base,
      form: 'accepted',
      metric,
      margin: marginOf(margin),
      ...(better ? { better } : {}),
    }
  }
  return value.nonInferior
    ? { ...base, form: 'nonInferior', ...value.nonInferior }
    : { ...base, form: 'faster', ...value.faster! }
}

/** Reads `gates:`; faulty ones are left out. */
export const readGates = (node: MapNode | undefined, frame: Frame, reporter: Reporter): ReadGate[] =>
  [...(node?.entries ?? [])].flatMap(([name, entry]) => readGate(name, entry, frame, reporter) ?? [])
