import { canonicalLabel } from '../core/instance-name.js'
import { isLabel, type AxisValue, type Row } from './axis-values.js'
import { sweepOrigin, type Lattice } from './lattice.js'
import { mostRows } from './matrix.js'
import type { MapNode } from './node.js'
import { readParams, type Params, type ParamSources } from './params.js'
import type { SweptValue } from './recipe.js'
import type { Reporter } from './reporter.js'

export interface SweptParams {
  /** With the first value of each param that is swept. */
  readonly params: Params
  /** Every combination of the values that are swept. */
  readonly sweep: Lattice
  /** Values by param; absent: nothing is swept. */
  readonly values?: Readonly<Record<string, readonly SweptValue[]>>
}

/** Faults of swept values are told in the words of their flag. */
const asSweep = (reporter: Reporter): Reporter => ({
  ...reporter,
  report: (code, message, place, hint, severity) =>
    reporter.report(code, message.replace(/^--set /, '--sweep '), place, hint, severity),
})

/** Reads `params:`, where some have several values: `--sweep sparsity=0.5,0.7`. */
export const readSweep = (
  node: MapNode | undefined,
  sources: ParamSources,
  sweeps: Readonly<Record<string, readonly string[]>>,
  reporter: Reporter,
): SweptParams => {
  const names = Object.keys(sweeps)
  if (names.length === 0)
    return { params: readParams(node, sources, reporter), sweep: { axes: {}, rows: [{}] } }
  for (const name of names.filter(each => Object.hasOwn(sources.set, each)))
    reporter.report(
      'wrong-param',
      `--set and --sweep both give ${name}`,
      undefined,
      'Keep one; a single value may be swept too.',
    )
  const firsts = Object.fromEntries(names.map(name => [name, sweeps[name]![0]!]))
  const readWith = (more: Readonly<Record<string, string>>): Params =>
    readParams(node, { ...sources, set: { ...sources.set, ...firsts, ...more } }, asSweep(reporter))
  const params = readWith({})
  const given = new Set(params.given)
  const values: Record<string, SweptValue[]> = {}
  let rows: Row[] = [{}]
  for (const name of names) {
    const labels = [...new Set(sweeps[name]!.map(canonicalLabel))]
    const found = labels.map(text => {
      const read = readWith({ [name]: text })
      for (const path of read.given) given.add(path)
      return read.values[name]
    })
    const key = node?.entries.get(name)?.key
    // A param that is not there, or a value that does not fit, was told.
    if (!key || found.includes(undefined)) continue
    for (const label of labels.filter(each => !isLabel(each)))
      reporter.report(
        'matrix-label',
        `--sweep ${name}: ${JSON.stringify(label)} cannot stand in the name of an instance`,
        undefined,
        'Values of a sweep have no spaces, quotes, brackets and equals signs.',
      )
    if (rows.length * labels.length > mostRows) {
      const count = rows.length * labels.length
      const says = `--sweep makes ${count} variants of the recipe; there may be ${mostRows}`
      reporter.report('matrix-too-large', says, undefined, 'Sweep over fewer values.')
      continue
    }
    values[name] = labels.map((label, at) => ({ label, value: found[at] }))
    const axis = labels.map((label, at): AxisValue => ({
      label,
      node: { ...key, kind: 'scalar', value: found[at] as string | number | boolean },
    }))
    rows = rows.flatMap(row => axis.map(value => ({ ...row, [name]: value })))
  }
  const axes = Object.fromEntries(Object.keys(values).map(name => [name, sweepOrigin]))
  return { params: { ...params, given: [...given] }, sweep: { axes, rows }, values }
}
