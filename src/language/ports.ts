import { instanceName, parseInstanceName } from '../core/instance-name.js'
import { nearest } from '../core/nearest.js'
import type { Port, AnyStepSpec } from '../steps/define-step.js'
import { describeValue, plainOf, type Entry, type Node } from './node.js'
import type { Reporter } from './reporter.js'
import type { Reference } from './recipe.js'
import { isMetaKey } from './step-schema.js'
import { spanOf, type Place } from './source-file.js'

/** A reference with its place, on its way to being checked. */
export interface PlacedReference extends Reference {
  readonly place: Place
}

/** Reads `step`, `step.output` or `"step[axis=value]"`; undefined where it is none of these, which was told. */
export const readReference = (node: Node, what: string, reporter: Reporter): PlacedReference | undefined => {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    reporter.report(
      'wrong-type',
      `${what} must be the name of a step, and is ${describeValue(plainOf(node))}`,
      node,
    )
    return undefined
  }
  if (node.value.includes('${{')) {
    reporter.report(
      'expression-not-here',
      `${what} must be the name of a step, not an expression`,
      node,
      'What is made from what must be known before anything runs.',
    )
    return undefined
  }
  const parsed = parseInstanceName(node.value)
  if (!parsed || parsed.step.includes('/')) {
    reporter.report(
      'wrong-reference',
      `"${node.value}" is no reference`,
      node,
      'Write `step`, `step.output`, or "step[axis=value]" for one instance.',
    )
    return undefined
  }
  return { ...parsed, at: spanOf(node), place: node }
}

/** A reference as it would be written. */
const nameOf = ({ step, member, pins, output }: Omit<Reference, 'at'>): string =>
  `${instanceName(step, { ...(member === undefined ? {} : { member }), axes: pins })}${output === undefined ? '' : `.${output}`}`

const readList = (node: Node, what: string, reporter: Reporter): PlacedReference[] | undefined => {
  if (node.kind !== 'list') {
    const value = plainOf(node)
    reporter.report(
      'wrong-type',
      `${what} takes a list of steps, and is ${describeValue(value)}`,
      node,
      typeof value === 'string' ? `Write [${value}].` : undefined,
    )
    return undefined
  }
  const references = node.items.map(item => readReference(item, `each of ${what}`, reporter))
  const seen = new Set<string>()
  for (const each of references) {
    if (!each) continue
    const name = nameOf(each)
    if (seen.has(name)) {
      reporter.report('duplicate-reference', `${what} lists "${name}" twice`, each.place)
      return undefined
    }
    seen.add(name)
  }
  return references.includes(undefined) ? undefined : (references as PlacedReference[])
}

const readSingle = (node: Node, what: string, reporter: Reporter): PlacedReference[] | undefined => {
  if (node.kind === 'list') {
    const only = node.items.length === 1 ? plainOf(node.items[0]!) : undefined
    const hint = typeof only === 'string' ? `Write ${only} without the brackets.` : undefined
    reporter.report('wrong-type', `${what} takes one step, not a list`, node, hint)
    return undefined
  }
  const found = readReference(node, what, reporter)
  return found && [found]
}

/** A map where a port also takes a value of its own, or a word that it knows. */
export const isOwnValue = (port: Port, node: Node): boolean =>
  (port.either === true && node.kind === 'map') ||
  (node.kind === 'scalar' && port.words !== undefined && port.words.includes(String(node.value)))

export interface ReadPorts {
  readonly ports: Readonly<Record<string, readonly PlacedReference[]>>
  /** True where none was faulty. */
  readonly ok: boolean
}

const article = (type: string): string => (type === 'metrics' ? type : `a ${type}`)

/** Keys that the kind does not have; the schema tells of them. */
const strangersOf = (spec: AnyStepSpec, entries: ReadonlyMap<string, Entry>): string[] =>
  [...entries.keys()].filter(
    key =>
      !Object.hasOwn(spec.consumes, key) && !Object.hasOwn(spec.params.properties, key) && !isMetaKey(key),
  )

/** Reads the ports of a step from its keys. Values of `either` ports are left to the config. */
export const readPorts = (
  spec: AnyStepSpec,
  id: string,
  entries: ReadonlyMap<string, Entry>,
  key: Place,
  reporter: Reporter,
): ReadPorts => {
  const ports: Record<string, readonly PlacedReference[]> = {}
  const strangers = strangersOf(spec, entries)
  let ok = true
  for (const [name, port] of Object.entries(spec.consumes)) {
    const entry = entries.get(name)
    const what = `${id}.${name}`
    if (!entry) {
      if (port.optional) continue
      ok = false
      // Told where the misspelt key stands.
      if (nearest(name, strangers) !== undefined) continue
      const also = port.either ? ', or a map that describes it' : ''
      const asked = port.list
        ? `a list of steps that make ${article(port.type)}`
        : `a step that makes ${article(port.type)}`
      reporter.report('missing-key', `step "${id}" lacks "${name}": ${asked}${also}`, key, port.description)
      continue
    }
    if (isOwnValue(port, entry.value)) continue
    const isEmpty = entry.value.kind === 'scalar' && entry.value.value === null
    const value = isEmpty ? { ...entry.value, start: entry.key.start, end: entry.key.end } : entry.value
    const found = port.list ? readList(value, what, reporter) : readSingle(value, what, reporter)
    if (found && found.length === 0 && !port.optional) {
      reporter.report('wrong-length', `${what} lists no step`, entry.value)
      ok = false
    } else if (found) ports[name] = found
    else ok = false
  }
  return { ports, ok }
}
