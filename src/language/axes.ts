import { joinOrTell, narrowed, point, swept, sweepOrigin, type Lattice } from './lattice.js'
import type { NamedLayer } from './layers-of.js'
import { readMatrix, type MatrixContext } from './matrix.js'
import type { Node } from './node.js'
import type { Reporter } from './reporter.js'
import type { Place } from './source-file.js'
import type { Outline } from './step-outline.js'

export interface AxesContext {
  readonly interpolation: MatrixContext['interpolation']
  readonly reporter: Reporter
  /** The combinations of the params that the command line sweeps. */
  readonly sweep: Lattice
  /** Those of them that each step depends on. */
  readonly swept: ReadonlyMap<string, ReadonlySet<string>>
  readonly layers: ReadonlyMap<string, readonly NamedLayer[] | undefined>
  /** Lattices of the steps that come before; absent: unknown, which was told. */
  readonly lattices: ReadonlyMap<string, Lattice>
}

/** True where a text of a node names the param in an expression. */
const reads = (node: Node, pattern: RegExp): boolean =>
  node.kind === 'scalar'
    ? typeof node.value === 'string' && pattern.test(node.value)
    : node.kind === 'list'
      ? node.items.some(item => reads(item, pattern))
      : [...node.entries.values()].some(({ value }) => reads(value, pattern))

/** The part of the sweep that concerns these params. */
const sweepOf = (sweep: Lattice, params: Iterable<string>): Lattice =>
  swept({ axes: Object.fromEntries([...params].map(name => [name, sweepOrigin])), rows: sweep.rows })

/** Steps whose sweeps a step shares: those that it takes from, and those whose metrics its expressions read. */
const sharing = (outline: Outline, outlines: ReadonlyMap<string, Outline>): string[] => {
  const { spec, ports, when, expressions } = outline
  const taken = Object.entries(ports).flatMap(([port, references]) =>
    spec?.expands === port ? [] : references.map(({ step }) => step),
  )
  const read = [...(when ? [when] : []), ...Object.values(expressions)].flatMap(({ names }) =>
    names.flatMap(({ path: [first = ''] }) => {
      const target = outlines.get(first)
      const listed = target?.spec?.expands
      return [first, ...(listed === undefined ? [] : (target!.ports[listed] ?? []).map(({ step }) => step))]
    }),
  )
  return [...taken, ...read]
}

/** The params that the command line sweeps and that each step depends on, by whatever way. */
export const sweptParams = (
  outlines: ReadonlyMap<string, Outline>,
  params: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> => {
  if (params.length === 0) return new Map()
  const found = new Map<string, Set<string>>()
  for (const { id, node } of outlines.values()) {
    const own = node ? params.filter(name => reads(node, new RegExp(`\\bparams\\.${name}\\b`))) : []
    found.set(id, new Set(own))
  }
  for (let grown = true; grown;) {
    grown = false
    for (const outline of outlines.values()) {
      const own = found.get(outline.id)!
      const before = own.size
      for (const other of sharing(outline, outlines)) for (const name of found.get(other) ?? []) own.add(name)
      grown ||= own.size > before
    }
  }
  return found
}

/** The axes that a step carries and their combinations; undefined where they have a fault, which was told. */
export const latticeOf = (outline: Outline, context: AxesContext): Lattice | undefined => {
  const { id, node, entry } = outline
  const { reporter, lattices, sweep } = context
  let all: Lattice | undefined = point
  const add = (more: Lattice, place: Place): void => {
    if (all) all = joinOrTell(id, all, more, place, reporter)
  }
  add(sweepOf(sweep, context.swept.get(id) ?? []), entry.key)
  let ok = true
  // Pins of every port are checked, also of those whose axes are not inherited.
  for (const reference of Object.values(outline.ports).flat()) {
    const target = lattices.get(reference.step)
    if (target && !narrowed(target, reference, reporter)) ok = false
  }
  for (const [port, references] of Object.entries(ok ? outline.ports : {}))
    for (const reference of outline.spec?.consumes[port]?.list ? [] : references) {
      const target = lattices.get(reference.step)
      const open = target && narrowed(target, reference, reporter)
      if (open) add(open, reference.place)
    }
  const written = node?.entries.get('matrix')
  const own = written && readMatrix(id, written, context)
  if (own) {
    add({ axes: Object.fromEntries(own.axes.map(axis => [axis, id])), rows: own.rows }, written.key)
  }
  return ok && all && (!written || own) ? all : undefined
}
