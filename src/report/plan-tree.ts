import type { EngineChoice } from '../core/engine-name.js'
import { listed } from '../core/listed.js'
import { formatBytes } from './figures.js'
import type { Paint } from './paint.js'
import { figure, planFoot, statusText, type PlanRow } from './plan.js'
import { table } from './table.js'

/** Further inputs that are named in full; of more only their number is told. */
const named = 3

interface Place {
  readonly row: PlanRow
  /** The input below which it is drawn; absent at the left edge. */
  readonly below?: string
  /** Its other inputs. */
  readonly others: readonly string[]
}

/** Edges to instances that are not in the plan (of a faulty step) are named, but nothing is drawn below them. */
const known = (names: readonly string[], rows: ReadonlyMap<string, unknown>): readonly string[] =>
  names.filter(name => rows.has(name))

/**
 * Where each instance is drawn: once, below the input that the longest way leads to (of equal ones the model that its
 * metrics are about, else the first), since that is what it waits for last.
 */
const placesOf = (rows: readonly PlanRow[]): readonly Place[] => {
  const byName = new Map(rows.map(row => [row.instance, row]))
  const depths = new Map<string, number>()
  return rows.map(row => {
    const inputs = known(row.from, byName)
    const parents = inputs.length > 0 ? inputs : known(row.needs, byName)
    const depthOf = (name: string): number => depths.get(name) ?? 0
    const deepest = Math.max(...parents.map(depthOf))
    const last = parents.filter(name => depthOf(name) === deepest)
    const below = row.about !== undefined && last.includes(row.about) ? row.about : last[0]
    depths.set(row.instance, 1 + Math.max(-1, ...[...inputs, ...known(row.needs, byName)].map(depthOf)))
    return { row, others: row.from.filter(name => name !== below), ...(below === undefined ? {} : { below }) }
  })
}

const furtherOf = ({ row, below, others }: Place): string => {
  // Drawn below what it only waits for, it takes nothing from there, and says so.
  const isApart = (name: string): boolean => name !== below || !row.from.includes(name)
  const needs = row.needs.filter(isApart)
  const reads = row.reads.filter(name => isApart(name) && !others.includes(name) && !needs.includes(name))
  return [
    others.length > 0 ? `with ${listed(others, named)}` : '',
    needs.length > 0 ? `after ${listed(needs, named)}` : '',
    reads.length > 0 ? `reads ${listed(reads, named)}` : '',
  ]
    .filter(text => text !== '')
    .join(', ')
}

/**
 * A plan as a tree: what hangs on an instance stands below it. An instance with several inputs is drawn once and
 * names the others, so there are as many lines as instances.
 */
export const planTreeLines = (rows: readonly PlanRow[], engine: EngineChoice, paint: Paint): string[] => {
  const places = placesOf(rows)
  const children = new Map<string | undefined, Place[]>()
  for (const place of places) {
    const siblings = children.get(place.below)
    if (siblings) siblings.push(place)
    else children.set(place.below, [place])
  }
  const cells: string[][] = []
  // A stack of our own: a chain of thousands of steps must not end the process.
  const waiting: { readonly place: Place; readonly first: string; readonly rest: string }[] = []
  const push = (below: string | undefined, lead: string): void => {
    const own = children.get(below) ?? []
    for (const [back, place] of [...own].reverse().entries()) {
      const isLast = back === 0
      waiting.push(
        below === undefined
          ? { place, first: '', rest: '' }
          : {
              place,
              first: `${lead}${isLast ? '└─ ' : '├─ '}`,
              rest: `${lead}${isLast ? '   ' : '│  '}`,
            },
      )
    }
  }
  push(undefined, '')
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { place, first, rest } = next
    const { row } = place
    cells.push([
      `${paint.dim(first)}${row.status === 'pending' ? row.instance : paint.bold(row.instance)}`,
      row.kind,
      statusText(row, paint),
      figure(row.bytes, formatBytes),
      paint.dim(furtherOf(place)),
    ])
    push(row.instance, rest)
  }
  return [
    ...table(
      [
        { title: 'step' },
        { title: 'kind' },
        { title: 'plan' },
        { title: 'bytes', align: 'right' },
        { title: '' },
      ],
      cells,
      paint,
    ),
    '',
    ...planFoot(rows, engine, paint),
  ]
}
