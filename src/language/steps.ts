import type { Path } from '../core/problem.js'
import type { EngineName } from '../core/engine-name.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { checkValue } from './check-value.js'
import { interpolate, type Interpolation } from './interpolate.js'
import type { Lattice } from './lattice.js'
import { tellLayers } from './layers.js'
import type { Row } from './axis-values.js'
import { metaKeys, readMeta, type Meta } from './meta.js'
import { plainOf, type Entry, type MapNode } from './node.js'
import type { Schema } from './narrow.js'
import { checkPath, pathFieldsOf, replaceAt, type Reach } from './paths.js'
import { isOwnValue } from './ports.js'
import type { Variant } from './recipe.js'
import type { Reporter } from './reporter.js'
import { matrixOfRow, rowScopes } from './row-names.js'
import { isCondition, type Outline } from './step-outline.js'
import { placeOfFault, tellFaults } from './tell-faults.js'

/** A step as it was read. */
export interface ReadStep extends Outline {
  readonly poisoned: boolean
  readonly axes: Lattice['axes']
  readonly variants: readonly Variant[]
  readonly description?: string
  readonly engine?: EngineName | 'auto'
}

export interface StepContext {
  readonly reach: Reach
  readonly reporter: Reporter
}

/** Combinations whose faults are told; what is wrong with all of them would drown the rest. */
const mostFaulty = 20

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
      ...new Set([...Object.keys(params.properties ?? {}), ...Object.keys(spec.consumes), ...metaKeys]),
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
  interpolation: Interpolation,
  { reach, reporter }: StepContext,
): Record<string, unknown> | undefined => {
  const { entries } = whole.value
  const own = new Map<string, Entry>()
  let complete = true
  for (const [name, entry] of entries) {
    if (metaKeys.has(name)) continue
    if (name.includes('${{')) {
      reporter.report('expression-not-here', 'a key cannot hold an expression', entry.key)
      complete = false
      continue
    }
    const port = Object.hasOwn(spec.consumes, name) ? spec.consumes[name] : undefined
    if (port && !isOwnValue(port, entry.value)) continue
    const value = isCondition(spec, name) ? entry.value : interpolate(entry.value, interpolation, reporter)
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

interface Read {
  readonly meta?: Meta
  readonly config?: Record<string, unknown>
}

/** What all combinations say of the step as a whole, and what each says of its instance. */
const variantOf = ({ id, frame }: Outline, lattice: Lattice, row: Row, { meta, config }: Read): Variant => {
  const matrix = matrixOfRow(row, lattice.axes)
  const { resources = {}, retries = 0, timeout, seed, onOutOfMemory, checkpoint } = meta ?? {}
  const replaced = lattice.axes['seed'] === id ? (matrix['seed'] as number) : seed
  return {
    labels: Object.fromEntries(Object.entries(row).map(([axis, { label }]) => [axis, label])),
    matrix,
    params: frame.paramsAt(row, lattice.axes),
    ...(frame.guards.length > 0
      ? { outerParams: frame.guards.map(guard => guard.frame.paramsAt(row, lattice.axes)) }
      : {}),
    config: config ?? {},
    resources,
    retries,
    ...(timeout === undefined ? {} : { timeout }),
    ...(onOutOfMemory === undefined ? {} : { onOutOfMemory }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(replaced === undefined ? {} : { seed: replaced }),
  }
}

/** Reads a step's own fields, once for each combination of its axes. `lattice` absent: its axes are faulty. */
export const readVariants = (
  outline: Outline,
  lattice: Lattice | undefined,
  context: StepContext,
): Pick<ReadStep, 'poisoned' | 'axes' | 'variants' | 'description' | 'engine'> => {
  const { id, spec, node, entry, frame } = outline
  const { reporter } = context
  const axes = lattice?.axes ?? {}
  const scopes = rowScopes(frame, lattice)
  const readRow = (row: Row | undefined): Read => {
    if (!node) return {}
    const whole = { key: entry.key, value: node }
    const scope = scopes.of(row)
    const meta = readMeta(id, node.entries, whole, scope, reporter)
    const config = spec && readConfig(id, spec, whole, scope, context)
    return { ...(meta ? { meta } : {}), ...(config ? { config } : {}) }
  }
  const variants: Variant[] = []
  let faulty = 0
  let first: Read | undefined
  for (const row of lattice?.rows ?? [{}]) {
    const read: Read = first && !scopes.varies() ? first : readRow(lattice && row)
    first ??= read
    if (!read.meta || !read.config) faulty++
    if (faulty >= mostFaulty) break
    variants.push(variantOf(outline, lattice ?? { axes: {}, rows: [] }, row, read))
  }
  const { description, engine } = first?.meta ?? {}
  return {
    poisoned: outline.faulty || !lattice || faulty > 0,
    axes,
    variants,
    ...(description === undefined ? {} : { description }),
    ...(engine === undefined ? {} : { engine }),
  }
}
