import { ownLattice } from './axes.js'
import type { Frame } from './frames.js'
import { join, narrowed, point, type Lattice } from './lattice.js'
import { readBound } from './pipeline-inputs.js'
import type { PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import type { Outline } from './step-outline.js'

/** Faults are told when the step itself is read. */
const silent: Reporter = { report: () => {}, count: () => 0, problems: () => [] }

/** The axes that come in through references; those that are not known yet are left out. */
export type EarlyAxes = (references: Iterable<PlacedReference>) => Lattice

/**
 * The axes of a recipe's steps as far as its own text tells, before pipelines are put in their place: params of a
 * pipeline may read them. Left out are axes that hang on a network's layers, or that begin inside of another pipeline;
 * they are joined when the steps are read.
 */
export const earlyAxes = (
  outlines: ReadonlyMap<string, Outline>,
  frame: Frame,
  sweep: Lattice,
): EarlyAxes => {
  const known = new Map<string, Lattice | undefined>()
  const find = (id: string): Lattice | undefined => {
    const outline = outlines.get(id)
    const { spec, node } = outline ?? {}
    if (!outline || !spec || !node || outline.faulty || spec.expands !== undefined) return undefined
    const taken = spec.composes
      ? [...(readBound(id, node, silent)?.values() ?? [])]
      : Object.entries(outline.ports).flatMap(([port, each]) => (spec.consumes[port]?.list ? [] : each))
    const matrix = node.entries.get('matrix')
    const context = { reporter: silent, sweep, swept: new Map(), layers: new Map(), lattices: new Map() }
    const own = matrix ? ownLattice({ ...outline, id: `${frame.prefix}${id}` }, matrix, context) : point
    return own && joined(taken, own)
  }

  const of = (id: string): Lattice | undefined => {
    if (known.has(id)) return known.get(id)
    // One of a circle ends here; the circle is told where references are checked.
    known.set(id, undefined)
    const found = find(id)
    known.set(id, found)
    return found
  }

  const joined = (references: Iterable<PlacedReference>, own: Lattice): Lattice => {
    let all = own
    for (const reference of references) {
      const target = of(reference.step)
      const open = target && narrowed(target, reference, silent)
      const both = open && join(all, open)
      if (both && both !== 'too-large' && 'rows' in both && both.rows.length > 0) all = both
    }
    return all
  }

  return references => joined(references, point)
}
