import type { Path } from '../core/problem.js'
import { didYouMean } from '../core/nearest.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { checkValue } from './check-value.js'
import { identifierFault } from './identifiers.js'
import { interpolate, type Interpolation } from './interpolate.js'
import { tellLayers } from './layers.js'
import { laterKeys, metaKeys, readMeta, type Meta } from './meta.js'
import { describeValue, plainOf, type Entry, type MapNode } from './node.js'
import type { Schema } from './narrow.js'
import { checkPath, pathFieldsOf, replaceAt, type Reach } from './paths.js'
import { isOwnValue, readPorts, type PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import { laterKinds } from './schema.js'
import { placeOfFault, tellFaults } from './tell-faults.js'

/** A step as it was read, before its references are followed. */
export interface ReadStep {
  readonly id: string
  readonly kind: string
  readonly spec?: AnyStepSpec
  readonly entry: Entry
  readonly poisoned: boolean
  readonly config: Readonly<Record<string, unknown>>
  readonly ports: Readonly<Record<string, readonly PlacedReference[]>>
  readonly meta: Meta
}

export interface StepContext {
  readonly kinds: ReadonlyMap<string, AnyStepSpec>
  readonly interpolation: Interpolation
  readonly reach: Reach
  readonly reporter: Reporter
}

const noMeta: Meta = { needs: [], resources: {}, retries: 0 }

/** The kind that a step names; undefined where it names none that there is, which was told. */
const kindOf = (id: string, entry: Entry & { value: MapNode }, { kinds, reporter }: StepContext) => {
  const written = entry.value.entries.get('kind')
  if (!written) {
    const known = [...kinds.keys()].join(', ')
    reporter.report('missing-key', `step "${id}" lacks "kind"`, entry.key, `There are: ${known}.`)
    return { kind: '' }
  }
  const kind = plainOf(written.value)
  if (typeof kind !== 'string') {
    const place = kind === null ? written.key : written.value
    reporter.report(
      'wrong-type',
      `${id}.kind must be the name of a kind, and is ${describeValue(kind)}`,
      place,
    )
    return { kind: '' }
  }
  const spec = kinds.get(kind)
  if (spec) return { kind, spec }
  if ((laterKinds as readonly string[]).includes(kind))
    reporter.report('not-yet', `this version has no kind "${kind}" yet`, written.value)
  else if (kind.includes('${{'))
    reporter.report('expression-not-here', `${id}.kind must be a name, not an expression`, written.value)
  else
    reporter.report(
      'unknown-kind',
      `there is no step kind "${kind}"`,
      written.value,
      didYouMean(kind, kinds.keys()) ?? `There are: ${[...kinds.keys()].join(', ')}.`,
    )
  return { kind }
}

const schemas = new WeakMap<AnyStepSpec, Map<string, Schema>>()

/** A kind's schema without the keys that are settled elsewhere, and with every key of the step for the nearest neighbour. */
const schemaFor = (spec: AnyStepSpec, isSettled: (key: string) => boolean): Schema => {
  const params = spec.params as object as Schema
  const settled = Object.keys(params.properties ?? {}).filter(isSettled)
  const identity = settled.join(' ')
  const known = schemas.get(spec)?.get(identity)
  if (known) return known
  const schema: Schema = {
    ...params,
    properties: Object.fromEntries(
      Object.entries(params.properties ?? {}).filter(([key]) => !settled.includes(key)),
    ),
    required: (params.required ?? []).filter(key => !settled.includes(key)),
    additionalProperties: false,
    'x-known': [
      ...new Set([
        ...Object.keys(params.properties ?? {}),
        ...Object.keys(spec.consumes),
        ...metaKeys,
        ...laterKeys,
      ]),
    ],
  }
  const own = schemas.get(spec) ?? new Map<string, Schema>()
  schemas.set(spec, own.set(identity, schema))
  return schema
}

/** Checks a kind's own fields; undefined where they are faulty, which was told. */
const readConfig = (
  id: string,
  spec: AnyStepSpec,
  whole: Entry & { value: MapNode },
  { interpolation, reach, reporter }: StepContext,
): Record<string, unknown> | undefined => {
  const { entries } = whole.value
  const own = new Map<string, Entry>()
  let complete = true
  for (const [name, entry] of entries) {
    if (metaKeys.has(name) || laterKeys.has(name)) continue
    if (name.includes('${{')) {
      reporter.report('expression-not-here', 'a key cannot hold an expression', entry.key)
      complete = false
      continue
    }
    const port = Object.hasOwn(spec.consumes, name) ? spec.consumes[name] : undefined
    if (port && !isOwnValue(port, entry.value)) continue
    const value = interpolate(entry.value, interpolation, reporter)
    if (value) own.set(name, { key: entry.key, value })
    else complete = false
  }
  // A key whose expression failed is neither missing nor wrong: it has its problem already.
  const isSettled = (key: string): boolean =>
    !own.has(key) && (Object.hasOwn(spec.consumes, key) || entries.has(key))
  const node: MapNode = { ...whole.value, entries: own }
  const checked = checkValue(schemaFor(spec, isSettled), plainOf(node), `step "${id}"`)
  tellFaults(checked.faults, { key: whole.key, value: node }, reporter)
  if (checked.faults.length > 0 || !complete) {
    tellLayers(spec, plainOf(node) as Record<string, unknown>, { key: whole.key, value: node }, reporter)
    return undefined
  }
  let config = checked.value
  for (const { path, value } of pathFieldsOf(checked.narrowed, config)) {
    const place = placeOfFault({ path, on: 'value' }, { key: whole.key, value: node })
    const found = checkPath(value, place, reach, reporter)
    if (found === undefined) complete = false
    else config = replaceAt(config, path as Path, found)
  }
  return complete ? (config as Record<string, unknown>) : undefined
}

/** Reads one step. A fault poisons it; it stays in the graph, so that what hangs on it gives no echo. */
export const readStep = (id: string, entry: Entry, context: StepContext): ReadStep | undefined => {
  const { reporter, interpolation } = context
  const misnamed = identifierFault(id)
  if (misnamed) reporter.report('wrong-name', misnamed.message, entry.key, misnamed.hint)
  if (entry.value.kind !== 'map') {
    const value = plainOf(entry.value)
    const place = value === null ? entry.key : entry.value
    reporter.report(
      'wrong-type',
      `step "${id}" must be a map with a kind, and is ${describeValue(value)}`,
      place,
    )
    return { id, kind: '', entry, poisoned: true, config: {}, ports: {}, meta: noMeta }
  }
  const whole = { key: entry.key, value: entry.value }
  const { kind, spec } = kindOf(id, whole, context)
  const meta = readMeta(id, entry.value.entries, whole, interpolation, reporter)
  if (!spec) return { id, kind, entry, poisoned: true, config: {}, ports: {}, meta: meta ?? noMeta }
  const { ports, ok } = readPorts(spec, id, entry.value.entries, entry.key, reporter)
  const config = readConfig(id, spec, whole, context)
  return {
    id,
    kind,
    spec,
    entry,
    poisoned: misnamed !== undefined || meta === undefined || !ok || config === undefined,
    config: config ?? {},
    ports,
    meta: meta ?? noMeta,
  }
}
