import { didYouMean } from '../core/nearest.js'
import { meantLabel, type Row } from './axis-values.js'
import { mostRows } from './matrix.js'
import type { PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import type { Place } from './source-file.js'

/** Origin of the axes that the command line makes of params. */
export const sweepOrigin = '--sweep'

/** The axes that a step carries, each with the step that declared it, and their combinations. */
export interface Lattice {
  readonly axes: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
}

export const point: Lattice = { axes: {}, rows: [{}] }

/** Identifies a row by the labels of some axes. */
export const labelKey = (row: Row, axes: readonly string[]): string =>
  axes.map(axis => row[axis]!.label).join('\u0000')

const only = (row: Row, axes: readonly string[]): Row =>
  Object.fromEntries(axes.map(axis => [axis, row[axis]!]))

/** The instances that a reference leaves open: those that match its pins, without the pinned axes. Undefined where a pin names nothing, which was told. */
export const narrowed = (
  lattice: Lattice,
  { step, pins, place }: PlacedReference,
  reporter: Reporter,
): Lattice | undefined => {
  const pinned = Object.entries(pins ?? {})
  if (pinned.length === 0) return lattice
  let { rows } = lattice
  for (const [axis, label] of pinned) {
    const names = Object.keys(lattice.axes)
    if (!Object.hasOwn(lattice.axes, axis)) {
      reporter.report(
        'unknown-axis',
        `step "${step}" has no axis "${axis}"`,
        place,
        names.length === 0
          ? 'It has no matrix.'
          : (didYouMean(axis, names) ?? `Its axes: ${names.join(', ')}.`),
      )
      return undefined
    }
    const left = rows.filter(row => row[axis]!.label === label)
    if (left.length === 0) {
      const known = [...new Set(rows.map(row => row[axis]!.label))]
      reporter.report(
        'unknown-instance',
        `step "${step}" has no instance with ${axis}=${label}`,
        place,
        meantLabel(label, known),
      )
      return undefined
    }
    rows = left
  }
  const rest = Object.fromEntries(
    Object.entries(lattice.axes).filter(([axis]) => !Object.hasOwn(pins ?? {}, axis)),
  )
  const names = Object.keys(rest)
  const distinct = new Map(rows.map(row => [labelKey(row, names), only(row, names)]))
  return { axes: rest, rows: [...distinct.values()] }
}

/** The part of a lattice that the command line's sweeps make. */
export const swept = ({ axes, rows }: Lattice): Lattice => {
  const names = Object.keys(axes).filter(axis => axes[axis] === sweepOrigin)
  if (names.length === 0) return point
  const distinct = new Map(rows.map(row => [labelKey(row, names), only(row, names)]))
  return { axes: Object.fromEntries(names.map(name => [name, sweepOrigin])), rows: [...distinct.values()] }
}

/** Axes of one name that mean different things. */
export interface Clash {
  readonly axis: string
  readonly origins: readonly [string, string]
}

export type Joined = Lattice | Clash | 'too-large'

/** Every combination of two lattices that agrees on the axes that both inherited from the same step. */
export const join = (a: Lattice, b: Lattice): Joined => {
  for (const [axis, origin] of Object.entries(b.axes))
    if (Object.hasOwn(a.axes, axis) && a.axes[axis] !== origin)
      return { axis, origins: [a.axes[axis]!, origin] }
  const common = Object.keys(b.axes).filter(axis => Object.hasOwn(a.axes, axis))
  const groups = new Map<string, Row[]>()
  for (const row of b.rows) {
    const key = labelKey(row, common)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  const rows: Row[] = []
  for (const row of a.rows)
    for (const other of groups.get(labelKey(row, common)) ?? []) {
      if (rows.length >= mostRows) return 'too-large'
      rows.push({ ...row, ...other })
    }
  return { axes: { ...a.axes, ...b.axes }, rows }
}

/** Reports why two lattices have no join; gives it where they have one. */
export const joinOrTell = (
  id: string,
  a: Lattice,
  b: Lattice,
  place: Place,
  reporter: Reporter,
): Lattice | undefined => {
  const joined = join(a, b)
  if (joined === 'too-large') {
    reporter.report(
      'matrix-too-large',
      `"${id}" would have more than ${mostRows} instances`,
      place,
      'Name single instances, or make the axes shorter.',
    )
    return undefined
  }
  if ('axis' in joined) {
    const { axis, origins } = joined
    reporter.report(
      'matrix-clash',
      origins[0] === origins[1]
        ? `"${id}" has the axis "${axis}" twice`
        : `"${id}" would have two axes "${axis}": one of ${origins.map(each => (each === id ? 'its own' : `"${each}"`)).join(' and one of ')}`,
      place,
      'Give one of them another name, or name a single instance: "STEP[AXIS=VALUE]".',
    )
    return undefined
  }
  if (joined.rows.length === 0) {
    reporter.report(
      'matrix-empty',
      `no combination of the axes of "${id}" is left`,
      place,
      'Its ports have no instance in common.',
    )
    return undefined
  }
  return joined
}
