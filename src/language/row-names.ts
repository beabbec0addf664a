import { didYouMean } from '../core/nearest.js'
import type { Names, NameType } from '../expression/parse.js'
import type { Frame } from './frames.js'
import type { Interpolation } from './interpolate.js'
import { sweepOrigin, type Lattice } from './lattice.js'
import type { Row } from './axis-values.js'
import { plainOf, type Node } from './node.js'

/** What expressions in a step's values see, combination by combination. */
export interface RowScopes {
  /** `row` absent: the axes have faults of their own, so that `matrix.AXIS` is known and has no value. */
  of(row: Row | undefined): Interpolation
  /** True once an expression read something that differs between combinations. */
  varies(): boolean
}

const typeOfValues = (nodes: readonly Node[]): NameType => {
  const types = new Set(nodes.map(node => (node.kind === 'scalar' ? typeof node.value : 'any')))
  const [only = 'any', ...more] = types
  return more.length === 0 && (only === 'number' || only === 'string' || only === 'boolean') ? only : 'any'
}

/** What `matrix.AXIS` stands for. */
export const matrixOfRow = (row: Row, axes: Lattice['axes']): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([axis, { node }]) =>
      axes[axis] === sweepOrigin ? [] : [[axis, plainOf(node)]],
    ),
  )

const axisName = (path: readonly string[], types: ReadonlyMap<string, NameType>): ReturnType<Names> => {
  const [, name, ...more] = path
  const known = [...types.keys()]
  const hint = known.length === 0 ? 'The step has no matrix.' : `Its axes: ${known.join(', ')}.`
  if (name === undefined) return { unknown: '"matrix" needs a name behind it', depth: 0, hint }
  const type = types.get(name)
  if (type === undefined)
    return { unknown: `there is no axis "${name}" here`, depth: 1, hint: didYouMean(name, known) ?? hint }
  return more.length > 0 && type !== 'any' ? { unknown: `axis "${name}" has no parts`, depth: 2 } : type
}

/** Scopes of a step of a frame that carries these axes; undefined where its axes have faults. */
export const rowScopes = (frame: Frame, lattice: Lattice | undefined): RowScopes => {
  const own = Object.keys(lattice?.axes ?? {}).filter(axis => lattice!.axes[axis] !== sweepOrigin)
  const sweeps = new Set(Object.keys(lattice?.axes ?? {}).filter(axis => lattice!.axes[axis] === sweepOrigin))
  const types = new Map(
    own.map(axis => [axis, typeOfValues((lattice?.rows ?? []).map(row => row[axis]!.node))]),
  )
  // Params of a pipeline may differ from row to row of its own axes.
  const isInner = Object.keys(frame.lattice.axes).length > 0
  let varies = false
  const names: Names = path => {
    if (path[0] === 'matrix') {
      varies = true
      return lattice ? axisName(path, types) : 'any'
    }
    if (path[0] === 'params' && (isInner || sweeps.has(path[1] ?? ''))) varies = true
    return frame.names(path)
  }
  return {
    of: row => {
      const params = frame.paramsAt(row ?? frame.lattice.rows[0] ?? {}, lattice?.axes ?? frame.lattice.axes)
      if (!row || !lattice) return { names, scope: { params } }
      return {
        names,
        scope: { params, matrix: matrixOfRow(row, lattice.axes) },
        axes: Object.fromEntries(own.map(axis => [axis, row[axis]!.node])),
      }
    },
    varies: () => varies,
  }
}
