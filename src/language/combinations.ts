import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import { interpolate } from './interpolate.js'
import {
  checkLabel,
  labelOf,
  meantLabel,
  type AxisValue,
  type MatrixContext,
  type Row,
} from './axis-values.js'
import { describeValue, plainOf, type Entry, type MapNode, type Node } from './node.js'

/** The axes of one step's matrix while it is read. */
export interface OwnAxes {
  readonly id: string
  readonly values: ReadonlyMap<string, readonly AxisValue[]>
  /** Those written as maps: their values have names, and a name that is not there means nothing. */
  readonly named: ReadonlySet<string>
}

interface Choice {
  readonly row: Row
  readonly at: Node
}

/** One map under `include` or `exclude`; undefined where it is faulty, which was told. */
const readChoice = (
  node: MapNode,
  key: 'include' | 'exclude',
  { id, values, named }: OwnAxes,
  { reporter }: MatrixContext,
): Row | undefined => {
  const row: Record<string, AxisValue> = {}
  let ok = true
  for (const [axis, { key: place, value }] of node.entries) {
    const known = values.get(axis)
    const label = labelOf(value)
    if (!known) {
      const hint = didYouMean(axis, values.keys()) ?? `Its axes: ${listed([...values.keys()])}.`
      reporter.report('unknown-axis', `the matrix of "${id}" has no axis "${axis}"`, place, hint)
      ok = false
    } else if (label === undefined) {
      const found = describeValue(plainOf(value))
      const at = value.kind === 'scalar' && value.value === null ? place : value
      reporter.report('wrong-type', `${id}.matrix.${key} names a value of ${axis}, and this is ${found}`, at)
      ok = false
    } else {
      const found = known.find(each => each.label === label)
      if (!found && (named.has(axis) || key === 'exclude')) {
        const labels = known.map(each => each.label)
        const says = `the axis ${axis} of "${id}" has no value ${label}`
        reporter.report('unknown-instance', says, value, meantLabel(label, labels))
        ok = false
      } else row[axis] = found ?? { label, node: value }
      ok = checkLabel(label, value, `${id}.matrix.${axis}`, reporter) && ok
    }
  }
  return ok ? row : undefined
}

/** The maps under `include` or `exclude`; undefined where one is faulty, which was told. */
const readChoices = (
  { key: place, value: node }: Entry,
  key: 'include' | 'exclude',
  axes: OwnAxes,
  context: MatrixContext,
): Choice[] | undefined => {
  const { reporter, interpolation } = context
  const what = `${axes.id}.matrix.${key}`
  if (node.kind !== 'list') {
    const found = describeValue(plainOf(node))
    const at = node.kind === 'scalar' && node.value === null ? place : node
    const hint = node.kind === 'map' ? 'Write a dash before it, or put it in brackets.' : undefined
    reporter.report('wrong-type', `${what} must be a list of maps, and is ${found}`, at, hint)
    return undefined
  }
  let ok = true
  const choices = node.items.flatMap((item): Choice[] => {
    const found = interpolate(item, interpolation, reporter)
    if (found && found.kind !== 'map')
      reporter.report(
        'wrong-type',
        `each of ${what} must be a map, and is ${describeValue(plainOf(found))}`,
        found,
      )
    const isEmpty = key === 'exclude' && found?.kind === 'map' && found.entries.size === 0
    if (isEmpty)
      reporter.report('wrong-value', `each of ${what} names an axis: this would exclude everything`, found)
    const row = found?.kind === 'map' && !isEmpty ? readChoice(found, key, axes, context) : undefined
    if (!row) ok = false
    return row ? [{ row, at: item }] : []
  })
  return ok ? choices : undefined
}

/** The rows without those that `exclude` lists; undefined where it is faulty. */
export const excludeRows = (
  rows: readonly Row[],
  entry: Entry,
  axes: OwnAxes,
  context: MatrixContext,
): readonly Row[] | undefined => {
  const choices = readChoices(entry, 'exclude', axes, context)
  let ok = choices !== undefined
  let left = rows
  for (const { row, at } of choices ?? []) {
    const wanted = Object.entries(row)
    const kept = left.filter(each => !wanted.every(([axis, { label }]) => each[axis]!.label === label))
    if (kept.length === left.length) {
      context.reporter.report(
        'matrix-exclude',
        'this excludes no combination that is there',
        at,
        'Remove it.',
      )
      ok = false
    }
    left = kept
  }
  return ok ? left : undefined
}

/** The rows and those that `include` lists: whole ones, each once. Undefined where it is faulty. */
export const includeRows = (
  rows: readonly Row[],
  entry: Entry,
  axes: OwnAxes,
  context: MatrixContext,
): readonly Row[] | undefined => {
  const { reporter } = context
  const choices = readChoices(entry, 'include', axes, context)
  if (!choices) return undefined
  const names = [...axes.values.keys()]
  const keyOf = (row: Row): string => names.map(axis => row[axis]!.label).join('\u0000')
  const known = new Set(rows.map(keyOf))
  const added: Row[] = []
  for (const { row, at } of choices) {
    const missing = names.filter(axis => !row[axis])
    if (missing.length > 0)
      reporter.report(
        'matrix-include',
        `an included combination sets every axis, and this lacks ${listed(missing)}`,
        at,
      )
    else if (known.has(keyOf(row)))
      reporter.report('matrix-twice', `"${axes.id}" has this combination already`, at, 'Remove it.')
    else {
      known.add(keyOf(row))
      added.push(row)
    }
  }
  return added.length === choices.length ? [...rows, ...added] : undefined
}
