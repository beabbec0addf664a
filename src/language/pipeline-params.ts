import type { Row } from './axis-values.js'
import type { Frame } from './frames.js'
import { interpolate } from './interpolate.js'
import { labelKey, type Lattice } from './lattice.js'
import type { Entry, MapNode } from './node.js'
import { paramNames, readParams, type Params } from './params.js'
import { mapAt } from './pipeline-inputs.js'
import type { Reporter } from './reporter.js'
import { rowScopes } from './row-names.js'
import type { Outline } from './step-outline.js'
import { partOf, type Top } from './top.js'

/** What is missing in a pipeline is told where the pipeline stands; a value that is faulty is not missing. */
const asPipeline = (reporter: Reporter, key: Entry['key'], written: MapNode | undefined): Reporter => ({
  ...reporter,
  report: (code, message, place, hint, severity) => {
    if (code !== 'missing-param') return reporter.report(code, message, place, hint, severity)
    const [, name = ''] = /^param "(\w+)"/.exec(message) ?? []
    if (!written?.entries.has(name)) reporter.report(code, message, key, 'Give it under `params`.', severity)
  },
})

/** Axes that hang on layers, or that stand inside of other pipelines, are not known where params are read. */
const withOwnAxes = (reporter: Reporter): Reporter => ({
  ...reporter,
  report: (code, message, place, hint, severity) => {
    const isAxis = code === 'expression-name' && message.startsWith('there is no axis')
    const says = (): string | undefined => {
      const said = typeof hint === 'function' ? hint() : hint
      return said?.startsWith('Did you mean')
        ? said
        : "Params of a pipeline read the axes of its own matrix and those of the steps that its inputs come from, but not a network's layers."
    }
    reporter.report(code, message, place, isAxis ? says : hint, severity)
  },
})

/** Params of the recipe inside, at each combination of the pipeline's own axes. */
export const paramsOf = (
  { entry, frame }: Outline,
  node: MapNode,
  top: Top,
  lattice: Lattice,
  reporter: Reporter,
): Pick<Frame, 'names' | 'paramsAt'> => {
  const written = mapAt(node, 'params')
  const axes = Object.keys(lattice.axes)
  const scopes = rowScopes(frame, lattice)
  const known = new Map<string, Params>()
  const read = (row: Row): Params => {
    const scope = scopes.of(row)
    const entries = [...(written?.entries ?? [])].flatMap(([name, { key, value }]): [string, Entry][] => {
      const found = interpolate(value, scope, withOwnAxes(reporter))
      return found ? [[name, { key, value: found }]] : []
    })
    const values = written && { ...written, entries: new Map(entries) }
    const files = values ? [{ shown: 'params', source: values.source, values }] : []
    return readParams(
      partOf(top, 'params'),
      { set: {}, env: {}, files, cwd: '' },
      asPipeline(reporter, entry.key, written),
    )
  }
  const at = (row: Row): Params => {
    const key = labelKey(row, axes)
    const found = known.get(key) ?? read(row)
    known.set(key, found)
    return found
  }
  // Read at once, so that faults are told whether or not a step uses the value.
  for (const row of lattice.rows) at(row)
  const first = at(lattice.rows[0]!)
  return {
    names: paramNames(first),
    paramsAt: row => (axes.every(axis => row[axis]) ? at(row) : first).values,
  }
}
