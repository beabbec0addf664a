import { checkSeeds, readAxis, type AxisValue, type MatrixContext, type Row } from './axis-values.js'
import { excludeRows, includeRows } from './combinations.js'
import { identifierFault } from './identifiers.js'
import { describeValue, plainOf, type Entry, type Node } from './node.js'
import type { Reporter } from './reporter.js'

export interface OwnMatrix {
  readonly axes: readonly string[]
  readonly rows: readonly Row[]
}

/** Combinations that one step may have. */
export const mostRows = 10_000

const product = (axes: ReadonlyMap<string, readonly AxisValue[]>): Row[] =>
  [...axes].reduce<Row[]>(
    (rows, [name, values]) => rows.flatMap(row => values.map(value => ({ ...row, [name]: value }))),
    [{}],
  )

/** Axes that only `include` names: those of its first map. Undefined where one cannot be a name, which was told. */
const axesOfIncluded = (node: Node | undefined, reporter: Reporter): string[] | undefined => {
  const first = node?.kind === 'list' ? node.items[0] : undefined
  if (first?.kind !== 'map') return []
  let ok = true
  for (const [name, { key }] of first.entries) {
    const misnamed = identifierFault(name)
    if (misnamed) reporter.report('wrong-name', misnamed.message, key, misnamed.hint)
    ok &&= misnamed === undefined
  }
  return ok ? [...first.entries.keys()].sort() : undefined
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
  const values = new Map<string, readonly AxisValue[]>()
  const named = new Set<string>()
  let ok = true
  let count = 1
  // Axes by name too: which stands first in the file would else decide the order of the instances.
  for (const [name, each] of [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name === 'include' || name === 'exclude') continue
    const found = readAxis(id, name, each, context)
    if (!found) ok = false
    values.set(name, found ?? [])
    count *= found?.length ?? 1
    if (each.value.kind === 'map') named.add(name)
  }
  if (count > mostRows) {
    const says = `"${id}" would have ${count} instances; a step may have ${mostRows}`
    reporter.report('matrix-too-large', says, entry.key, 'Make an axis shorter.')
    return undefined
  }
  const include = node.entries.get('include')
  const exclude = node.entries.get('exclude')
  const alone = values.size === 0
  const added = alone ? axesOfIncluded(include?.value, reporter) : []
  if (!ok || !added) return undefined
  for (const name of added) values.set(name, [])
  const axes = { id, values, named }
  let rows: readonly Row[] | undefined = alone ? [] : product(values)
  if (exclude) rows = excludeRows(rows, exclude, axes, context)
  if (rows && include) rows = includeRows(rows, include, axes, context)
  if (!rows) return undefined
  if (rows.length === 0) {
    reporter.report('matrix-empty', `the matrix of "${id}" leaves no combination`, entry.key)
    return undefined
  }
  const seeds = new Map(rows.flatMap(({ seed }) => (seed ? [[seed.label, seed] as const] : [])))
  if (!checkSeeds([...seeds.values()], reporter)) return undefined
  return { axes: [...values.keys()], rows }
}
