import type { EngineName } from '../core/engine-name.js'
import type { Expression } from '../expression/expression.js'
import type { Names } from '../expression/parse.js'
import type { Interpolation } from './interpolate.js'
import { point, sweepOrigin, type Lattice } from './lattice.js'
import type { Row } from './axis-values.js'
import { plainOf, type Entry } from './node.js'
import { paramNames, type Params } from './params.js'
import type { PlacedReference } from './ports.js'

/** A condition of a pipeline's, which holds for each step inside of it. */
export interface Guard {
  readonly expression: Expression
  readonly frame: Frame
  readonly entry: Entry
}

/** A recipe where it is used: at the top, or as a pipeline inside another. Names inside of it are its own. */
export interface Frame {
  /** What its steps' ids begin with: empty at the top, `small/` inside of the pipeline `small`. */
  readonly prefix: string
  /** What `params.x` means. */
  readonly names: Names
  /** Values of its params where these axes have these values. */
  paramsAt(row: Row, axes: Lattice['axes']): Readonly<Record<string, unknown>>
  /** Axes that every step inside carries. */
  readonly lattice: Lattice
  /** Params of the command line's sweep that its own params depend on. */
  readonly swept: ReadonlySet<string>
  readonly needs: readonly PlacedReference[]
  readonly guards: readonly Guard[]
  /** Where the seeds of its steps derive from; absence: the recipe's. */
  readonly seed?: number
  readonly engine: EngineName | 'auto'
  /** What its inputs stand for, by full ids; empty at the top. */
  readonly inputs: ReadonlyMap<string, PlacedReference>
  /** The recipe or pipeline that it is used in; absent at the top. */
  readonly around?: Frame
}

/** What a frame and those around it take: every step inside is run once for each combination of their axes. */
export const takenBy = ({ inputs, around }: Frame): readonly PlacedReference[] => [
  ...(around ? takenBy(around) : []),
  ...inputs.values(),
]

/** The frame of the recipe that is run. */
export const topFrame = (params: Params, engine: Frame['engine']): Frame => ({
  prefix: '',
  names: paramNames(params),
  paramsAt: (row, axes) => {
    const swept = Object.entries(row).filter(([axis]) => axes[axis] === sweepOrigin)
    return swept.length === 0
      ? params.values
      : { ...params.values, ...Object.fromEntries(swept.map(([axis, { node }]) => [axis, plainOf(node)])) }
  },
  lattice: point,
  swept: new Set(),
  needs: [],
  guards: [],
  engine,
  inputs: new Map(),
})

/** What expressions of a frame see where there is no matrix. */
export const plainScope = (frame: Frame): Interpolation => ({
  names: frame.names,
  scope: { params: frame.paramsAt(frame.lattice.rows[0] ?? {}, frame.lattice.axes) },
})
