import { canonicalLabel } from '../core/instance-name.js'
import { identifierFault } from './identifiers.js'
import { interpolate, type Interpolation } from './interpolate.js'
import { axisOfLayers, type NamedLayer } from './layers-of.js'
import { describeValue, plainOf, type Entry, type ListNode, type MapNode, type Node } from './node.js'
import type { Reporter } from './reporter.js'

/** One value of an axis: how instances are named by it, and what `matrix.AXIS` stands for. */
export interface AxisValue {
  readonly label: string
  readonly node: Node
}

/** One combination: a value by axis. */
export type Row = Readonly<Record<string, AxisValue>>

export interface OwnMatrix {
  readonly axes: readonly string[]
  readonly rows: readonly Row[]
}

export interface MatrixContext {
  readonly interpolation: Interpolation
  readonly reporter: Reporter
  /** Layers of the models of the steps that axes name; a step that has none, or that is not there, is absent. */
  readonly layers: ReadonlyMap<string, readonly NamedLayer[] | undefined>
}

/** Combinations that one step may have. */
export const mostRows = 10_000

/** Labels stand in brackets and between commas. */
const readable = /^[^\s[\],="'`]{1,80}$/

const labelOf = (node: Node): string | undefined =>
  node.kind === 'scalar' && node.value !== null ? canonicalLabel(String(node.value)) : undefined

const checkLabel = (label: string, place: Node | Entry['key'], what: string, reporter: Reporter): boolean => {
  if (readable.test(label)) return true
  reporter.report(
    'matrix-label',
    `${JSON.stringify(label.slice(0, 40))} cannot stand in the name of an instance`,
    place,
    `Write ${what} as a map that gives each value a short name: {NAME: VALUE}.`,
  )
  return false
}

const listAxis = (node: ListNode, what: string, reporter: Reporter): AxisValue[] | undefined => {
  const values = new Map<string, AxisValue>()
  let ok = node.items.length > 0
  if (!ok) reporter.report('wrong-length', `${what} has no value`, node, 'An axis has at least one.')
  for (const item of node.items) {
    const label = labelOf(item)
    if (label === undefined) {
      const found = describeValue(plainOf(item))
      const hint = 'Values that are lists or maps need names: write the axis as a map, NAME: VALUE.'
      reporter.report(
        'wrong-type',
        `each of ${what} is a number, a text, true or false, and this is ${found}`,
        item,
        hint,
      )
      ok = false
    } else if (values.has(label)) {
      reporter.report('matrix-twice', `${what} has the value ${label} twice`, item)
      ok = false
    } else {
      ok = checkLabel(label, item, what, reporter) && ok
      values.set(label, { label, node: item })
    }
  }
  return ok ? [...values.values()] : undefined
}

const mapAxis = (node: MapNode, what: string, reporter: Reporter): AxisValue[] | undefined => {
  let ok = node.entries.size > 0
  if (!ok) reporter.report('wrong-length', `${what} has no value`, node, 'An axis has at least one.')
  const values = [...node.entries].map(([label, { key, value }]): AxisValue => {
    ok = checkLabel(label, key, what, reporter) && ok
    return { label: canonicalLabel(label), node: value }
  })
  // By name, like everything whose order in a file has no meaning: lists that gather the instances enter keys.
  return ok ? values.sort((a, b) => (a.label < b.label ? -1 : 1)) : undefined
}

const checkSeeds = (values: readonly AxisValue[], reporter: Reporter): boolean => {
  const wrong = values.filter(
    ({ node }) => node.kind !== 'scalar' || !Number.isSafeInteger(node.value) || Number(node.value) < 0,
  )
  for (const { node } of wrong)
    reporter.report(
      'wrong-value',
      'an axis named seed takes whole numbers from 0 up',
      node,
      'It replaces the seed.',
    )
  return wrong.length === 0
}

const readAxis = (
  id: string,
  name: string,
  entry: Entry,
  context: MatrixContext,
): AxisValue[] | undefined => {
  const { reporter, interpolation } = context
  const what = `${id}.matrix.${name}`
  const misnamed = identifierFault(name)
  if (misnamed) reporter.report('wrong-name', misnamed.message, entry.key, misnamed.hint)
  const node = interpolate(entry.value, interpolation, reporter)
  if (!node || misnamed) return undefined
  if (node.kind === 'scalar') {
    const found = describeValue(node.value)
    reporter.report(
      'wrong-type',
      `${what} must be a list of values, and is ${found}`,
      node.value === null ? entry.key : node,
      `Write [${String(node.value ?? 'VALUE')}].`,
    )
    return undefined
  }
  const values =
    node.kind === 'list'
      ? listAxis(node, what, reporter)
      : node.entries.has('layersOf')
        ? axisOfLayers(node, what, context.layers, reporter)
        : mapAxis(node, what, reporter)
  return values && name === 'seed' && !checkSeeds(values, reporter) ? undefined : values
}

const product = (axes: ReadonlyMap<string, readonly AxisValue[]>): Row[] =>
  [...axes].reduce<Row[]>(
    (rows, [name, values]) => rows.flatMap(row => values.map(value => ({ ...row, [name]: value }))),
    [{}],
  )

const matches = (row: Row, wanted: Row): boolean =>
  Object.entries(wanted).every(([axis, { label }]) => row[axis]?.label === label)

/** Reads the maps under `include` or `exclude`; undefined where one is faulty. */
const readChoices = (
  id: string,
  key: 'include' | 'exclude',
  node: Node,
  axes: ReadonlyMap<string, readonly AxisValue[]>,
  named: ReadonlySet<string>,
  context: MatrixContext,
): { readonly row: Row; readonly at: Node }[] | undefined => {
  const { reporter, interpolation } = context
  const what = `${id}.matrix.${key}`
  if (node.kind !== 'list') {
    reporter.report(
      'wrong-type',
      `${what} must be a list of maps, and is ${describeValue(plainOf(node))}`,
      node,
    )
    return undefined
  }
  let ok = true
  const choices = node.items.flatMap(item => {
    const found = interpolate(item, interpolation, reporter)
    if (!found || found.kind !== 'map') {
      if (found)
        reporter.report(
          'wrong-type',
          `each of ${what} must be a map, and is ${describeValue(plainOf(found))}`,
          found,
        )
      ok = false
      return []
    }
    if (key === 'exclude' && found.entries.size === 0) {
      reporter.report('wrong-value', `each of ${what} names an axis: this would exclude everything`, found)
      ok = false
    }
    const row: Record<string, AxisValue> = {}
    for (const [axis, { key: place, value }] of found.entries) {
      const known = axes.get(axis)
      const label = labelOf(value)
      if (!known) {
        const hint = `Its axes: ${[...axes.keys()].join(', ')}.`
        reporter.report('unknown-axis', `the matrix of "${id}" has no axis "${axis}"`, place, hint)
        ok = false
      } else if (label === undefined) {
        reporter.report(
          'wrong-type',
          `${what} names a value of ${axis}, and this is ${describeValue(plainOf(value))}`,
          value,
        )
        ok = false
      } else {
        const value_ = known.find(each => each.label === label)
        if (!value_ && (named.has(axis) || key === 'exclude')) {
          const hint = `It has: ${known.map(each => each.label).join(', ')}.`
          reporter.report('unknown-instance', `the axis ${axis} has no value ${label}`, value, hint)
          ok = false
        } else row[axis] = value_ ?? { label, node: value }
        ok = checkLabel(label, value, `${id}.matrix.${axis}`, reporter) && ok
      }
    }
    return [{ row, at: found as Node }]
  })
  return ok ? choices : undefined
}

/** Adds what `include` lists: whole rows, each once. */
const includeRows = (
  id: string,
  rows: Row[],
  axes: readonly string[],
  added: readonly { row: Row; at: Node }[],
  reporter: Reporter,
): boolean => {
  let ok = true
  for (const { row, at } of added) {
    const missing = axes.filter(axis => !row[axis])
    if (missing.length > 0)
      reporter.report(
        'matrix-include',
        `an included combination sets every axis, and this lacks ${missing.join(', ')}`,
        at,
      )
    else if (rows.some(each => matches(each, row)))
      reporter.report('matrix-twice', `"${id}" has this combination already`, at, 'Remove it.')
    else {
      rows.push(row)
      continue
    }
    ok = false
  }
  return ok
}

/** Axes that only `include` names: those of its first map. */
const axesOfIncluded = (node: Node | undefined): string[] => {
  const first = node?.kind === 'list' ? node.items[0] : undefined
  return first?.kind === 'map' ? [...first.entries.keys()].sort() : []
}

/** Reads a step's `matrix`; undefined where it is faulty, which was told. */
export const readMatrix = (id: string, entry: Entry, context: MatrixContext): OwnMatrix | undefined => {
  const { reporter } = context
  const { value: node } = entry
  if (node.kind !== 'map' || node.entries.size === 0) {
    const place = node.kind === 'scalar' && node.value === null ? entry.key : node
    const says =
      node.kind === 'map' ? 'has no axis' : `must be a map of axes, and is ${describeValue(plainOf(node))}`
    reporter.report('wrong-type', `${id}.matrix ${says}`, place, 'Write matrix: {AXIS: [VALUE, VALUE]}.')
    return undefined
  }
  const axes = new Map<string, readonly AxisValue[]>()
  const named = new Set<string>()
  let ok = true
  let count = 1
  // Axes by name too: which stands first in the file would else decide the order of the instances.
  for (const [name, each] of [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name === 'include' || name === 'exclude') continue
    const values = readAxis(id, name, each, context)
    if (!values) ok = false
    axes.set(name, values ?? [])
    count *= values?.length ?? 1
    if (each.value.kind === 'map') named.add(name)
  }
  if (count > mostRows) {
    reporter.report(
      'matrix-too-large',
      `"${id}" would have ${count} instances; a step may have ${mostRows}`,
      entry.key,
    )
    return undefined
  }
  if (!ok) return undefined
  const include = node.entries.get('include')
  const alone = axes.size === 0
  if (alone) for (const name of axesOfIncluded(include?.value)) axes.set(name, [])
  let rows = alone ? [] : product(axes)
  const exclude = node.entries.get('exclude')
  const excluded = exclude ? readChoices(id, 'exclude', exclude.value, axes, named, context) : []
  ok = excluded !== undefined
  for (const { row, at } of excluded ?? []) {
    const kept = rows.filter(each => !matches(each, row))
    if (kept.length === rows.length) {
      reporter.report('matrix-exclude', 'this excludes no combination that is there', at, 'Remove it.')
      ok = false
    }
    rows = kept
  }
  if (include) {
    const added = readChoices(id, 'include', include.value, axes, named, context)
    ok = added !== undefined && includeRows(id, rows, [...axes.keys()], added, reporter) && ok
  }
  if (!ok) return undefined
  if (rows.length === 0) {
    reporter.report('matrix-empty', `the matrix of "${id}" leaves no combination`, entry.key)
    return undefined
  }
  return { axes: [...axes.keys()], rows }
}
