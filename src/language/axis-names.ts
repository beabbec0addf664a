import { didYouMean } from '../core/nearest.js'
import type { Expression } from '../expression/expression.js'
import { sweepOrigin, type Lattice } from './lattice.js'
import { findNode } from './node.js'
import type { Reporter } from './reporter.js'
import { placeWithin } from './scalar-offsets.js'
import type { ReadStep } from './steps.js'

/** What is wrong with `matrix.AXIS` in a bare expression, where these axes are carried. */
export const axisFault = (
  path: readonly string[],
  axes: Lattice['axes'],
): { readonly message: string; readonly hint: string } | undefined => {
  const known = Object.keys(axes).filter(axis => axes[axis] !== sweepOrigin)
  const hint = known.length === 0 ? 'It has no matrix.' : `Its axes: ${known.join(', ')}.`
  const [, axis] = path
  if (axis === undefined) return { message: '"matrix" needs a name behind it', hint }
  if (known.includes(axis)) return undefined
  return { message: `there is no axis "${axis}" here`, hint: didYouMean(axis, known) ?? hint }
}

/** Checks `matrix.AXIS` in the bare expressions of steps, whose axes are known once all are read. */
export const checkAxisNames = (steps: Iterable<ReadStep>, reporter: Reporter): void => {
  for (const { when, expressions, axes, entry, poisoned } of steps) {
    if (poisoned) continue
    const all: [string, Expression][] = [
      ...(when ? [['when', when] as [string, Expression]] : []),
      ...Object.entries(expressions),
    ]
    for (const [key, { names }] of all)
      for (const { path, start, end } of names) {
        const fault = path[0] === 'matrix' ? axisFault(path, axes) : undefined
        const { node } = findNode(entry.value, [key])
        if (!fault || node.kind !== 'scalar') continue
        const axis =
          path[1] === undefined ? start : String(node.value).indexOf(path[1], start + 'matrix'.length)
        const stop = path[1] === undefined ? end : axis + path[1].length
        reporter.report('expression-name', fault.message, placeWithin(node, axis, stop), fault.hint)
      }
  }
}
