import { canonicalLabel } from '../core/instance-name.js'
import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import { identifierFault } from './identifiers.js'
import { interpolate, type Interpolation } from './interpolate.js'
import { axisOfLayers, type KnownLayers } from './layers-of.js'
import { describeValue, plainOf, type Entry, type ListNode, type MapNode, type Node } from './node.js'
import type { Reporter } from './reporter.js'

/** One value of an axis: how instances are named by it, and what `matrix.AXIS` stands for. */
export interface AxisValue {
  readonly label: string
  readonly node: Node
}

/** One combination: a value by axis. */
export type Row = Readonly<Record<string, AxisValue>>

export interface MatrixContext {
  readonly interpolation: Interpolation
  readonly reporter: Reporter
  /** Layers of the models of the steps that axes name, by the place of the name; a step that is not there is absent. */
  readonly layers: ReadonlyMap<object, KnownLayers>
}

/** Labels stand in brackets and between commas. */
const readable = /^[^\s[\],="'`]{1,80}$/

/** Can this stand in the name of an instance? */
export const isLabel = (text: string): boolean => readable.test(text)

/** How a value of an axis is named; undefined where it needs a name. */
export const labelOf = (node: Node): string | undefined =>
  node.kind === 'scalar' && node.value !== null ? canonicalLabel(String(node.value)) : undefined

/** Which label was meant; numbers are no misspelt words. */
export const meantLabel = (label: string, known: readonly string[]): string =>
  (Number.isNaN(Number(label)) ? didYouMean(label, known) : undefined) ?? `There are: ${listed(known)}.`

/** Tells of a label that cannot stand in the name of an instance. `what`: the axis. */
export const checkLabel = (
  label: string,
  place: Node | Entry['key'],
  what: string,
  reporter: Reporter,
): boolean => {
  if (isLabel(label)) return true
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
      reporter.report('matrix-twice', `${what} has the value ${label} twice`, item, 'Remove it.')
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

/** Tells of values of an axis named seed that are no seeds. */
export const checkSeeds = (values: readonly AxisValue[], reporter: Reporter): boolean => {
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

/** Reads the values of an axis; undefined where they are faulty, which was told. */
export const readAxis = (
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
