import { takenBy } from './frames.js'
import { joinOrTell, narrowed, point, swept, sweepOrigin, type Lattice } from './lattice.js'
import type { MatrixContext, Row } from './axis-values.js'
import { readMatrix } from './matrix.js'
import type { Entry, Node } from './node.js'
import type { Reporter } from './reporter.js'
import type { Place } from './source-file.js'
import type { Outline } from './step-outline.js'

export interface AxesContext {
  readonly reporter: Reporter
  /** The combinations of the params that the command line sweeps. */
  readonly sweep: Lattice
  /** Those of them that each step depends on. */
  readonly swept: ReadonlyMap<string, ReadonlySet<string>>
  readonly layers: MatrixContext['layers']
  /** Lattices of the steps that come before; absent: unknown, which was told. */
  readonly lattices: ReadonlyMap<string, Lattice>
}

const paramPattern = (name: string): RegExp => new RegExp(`\\bparams\\.${name}\\b`)

/** True where a text of a node names the param in an expression. */
const reads = (node: Node, pattern: RegExp): boolean =>
  node.kind === 'scalar'
    ? typeof node.value === 'string' && pattern.test(node.value)
    : node.kind === 'list'
      ? node.items.some(item => reads(item, pattern))
      : [...node.entries.values()].some(({ value }) => reads(value, pattern))

/** Params that a node's expressions read. */
export const paramsReadIn = (node: Node, params: readonly string[]): string[] =>
  params.filter(name => reads(node, paramPattern(name)))

/** The part of the sweep that concerns these params. */
export const sweepOf = (sweep: Lattice, params: Iterable<string>): Lattice =>
  swept({ axes: Object.fromEntries([...params].map(name => [name, sweepOrigin])), rows: sweep.rows })

/** Steps whose sweeps a step shares: those that it takes from, and those whose metrics its expressions read. */
const sharing = (outline: Outline, outlines: ReadonlyMap<string, Outline>): string[] => {
  const { spec, ports, when, expressions, frame } = outline
  /** A step, and those that it measures one by one. */
  const withMembers = (id: string): string[] => {
    const target = outlines.get(id)
    const listed = target?.spec?.expands
    return [id, ...(listed === undefined ? [] : (target!.ports[listed] ?? []).map(({ step }) => step))]
  }
  const taken = Object.entries(ports).flatMap(([port, references]) =>
    spec?.expands === port ? [] : references.flatMap(({ step }) => withMembers(step)),
  )
  const read = [...(when ? [when] : []), ...Object.values(expressions)].flatMap(({ names }) =>
    names.flatMap(({ path: [word = ''] }) =>
      withMembers(frame.inputs.get(word)?.step ?? `${frame.prefix}${word}`),
    ),
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
  for (const { id, node, frame } of outlines.values())
    found.set(id, new Set(frame.prefix === '' && node ? paramsReadIn(node, params) : frame.swept))
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

/** A step's own matrix: once for each combination of the swept params that its values read. Undefined where it is faulty. */
export const ownLattice = (
  { id, frame }: Outline,
  written: Entry,
  context: AxesContext,
): Lattice | undefined => {
  const { sweep } = context
  const params =
    frame.prefix === ''
      ? paramsReadIn(written.value, Object.keys(sweep.axes))
      : Object.keys(frame.lattice.axes)
  const around = frame.prefix === '' ? sweepOf(sweep, params) : frame.lattice
  const rows: Row[] = []
  let axes: Lattice['axes'] = {}
  for (const row of around.rows) {
    const interpolation = { names: frame.names, scope: { params: frame.paramsAt(row, around.axes) } }
    const own = readMatrix(id, written, { ...context, interpolation })
    if (!own) return undefined
    axes = { ...around.axes, ...Object.fromEntries(own.axes.map(axis => [axis, id])) }
    for (const each of own.rows) rows.push({ ...row, ...each })
  }
  return { axes, rows }
}

/** The axes that a step carries and their combinations; undefined where they have a fault, which was told. */
export const latticeOf = (outline: Outline, context: AxesContext): Lattice | undefined => {
  const { id, node, entry } = outline
  const { reporter, lattices, sweep } = context
  let all: Lattice | undefined = point
  const add = (more: Lattice, place: Place): void => {
    if (all) all = joinOrTell(id, all, more, place, reporter)
  }
  add(outline.frame.lattice, entry.key)
  add(sweepOf(sweep, context.swept.get(id) ?? []), entry.key)
  let ok = true
  // Pins are checked wherever they stand, also where no axes are inherited.
  for (const reference of [
    ...Object.values(outline.ports).flat(),
    ...outline.needs,
    ...outline.layerSources,
  ]) {
    const target = lattices.get(reference.step)
    if (target && !narrowed(target, reference, reporter)) ok = false
  }
  for (const [port, references] of Object.entries(ok ? outline.ports : {}))
    for (const reference of outline.spec?.consumes[port]?.list ? [] : references) {
      const target = lattices.get(reference.step)
      const open = target && narrowed(target, reference, reporter)
      if (open) add(open, reference.place)
      // What its axes are is not known: to ask for one of them would be an echo.
      else all = undefined
    }
  for (const reference of takenBy(outline.frame)) {
    const target = lattices.get(reference.step)
    const open = target && narrowed(target, reference, reporter)
    if (open) add(open, reference.place)
  }
  const written = node?.entries.get('matrix')
  const own = written && ownLattice(outline, written, context)
  if (own) add(own, written.key)
  return ok && all && (!written || own) ? all : undefined
}
