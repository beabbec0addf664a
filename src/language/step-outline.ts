import { didYouMean } from '../core/nearest.js'
import type { Expression } from '../expression/expression.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import { conditionNames, readCondition } from './conditions.js'
import type { Frame } from './frames.js'
import { identifierFault } from './identifiers.js'
import { layerSource } from './layers-of.js'
import { readNeeds } from './meta.js'
import { describeValue, plainOf, type Entry, type MapNode } from './node.js'
import { readPorts, type PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'

/** A step as it stands in the graph, before its own fields are read. */
export interface Outline {
  readonly id: string
  readonly kind: string
  readonly spec?: AnyStepSpec
  readonly entry: Entry
  /** The recipe that it stands in. */
  readonly frame: Frame
  /** Absent where the step is no map. */
  readonly node?: MapNode
  /** Its name, kind, ports, needs or expressions have a fault. */
  readonly faulty: boolean
  readonly ports: Readonly<Record<string, readonly PlacedReference[]>>
  readonly needs: readonly PlacedReference[]
  /** Steps whose layers its axes have: read before it. */
  readonly layerSources: readonly PlacedReference[]
  readonly when?: Expression
  readonly expressions: Readonly<Record<string, Expression>>
}

export interface OutlineContext {
  readonly kinds: ReadonlyMap<string, AnyStepSpec>
  /** Some plug-in was not loaded: a kind that nobody knows may be one of its. */
  readonly incomplete: boolean
  readonly frame: Frame
  readonly reporter: Reporter
}

/** The kind that a step names; undefined where it names none that there is, which was told. */
const kindOf = (
  id: string,
  entry: Entry & { value: MapNode },
  { kinds, incomplete, reporter }: OutlineContext,
) => {
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
  if (kind.includes('${{'))
    reporter.report('expression-not-here', `${id}.kind must be a name, not an expression`, written.value)
  else if (!incomplete)
    reporter.report(
      'unknown-kind',
      `there is no step kind "${kind}"`,
      written.value,
      didYouMean(kind, kinds.keys()) ?? `There are: ${[...kinds.keys()].join(', ')}.`,
    )
  return { kind }
}

/** True for a kind's field that is an expression over metrics. */
export const isCondition = (spec: AnyStepSpec, name: string): boolean => {
  const field = (spec.params.properties as Record<string, object>)[name]
  return field !== undefined && 'x-trimtab' in field && field['x-trimtab'] === 'cel'
}

const givesNumber = (spec: AnyStepSpec, name: string): boolean =>
  (spec.params.properties as Record<string, { 'x-gives'?: string }>)[name]?.['x-gives'] === 'number'

/** The kind's fields that are expressions. A field of another type is left to the kind's schema. */
const readExpressions = (
  spec: AnyStepSpec,
  id: string,
  node: MapNode,
  { frame, reporter }: OutlineContext,
) => {
  const expressions: Record<string, Expression> = {}
  let ok = true
  for (const [name, { value }] of node.entries) {
    if (!isCondition(spec, name) || value.kind !== 'scalar' || value.value === null) continue
    const names = conditionNames(frame.names, spec.chooses !== undefined)
    const found = readCondition(
      value,
      `${id}.${name}`,
      givesNumber(spec, name) ? 'number' : 'boolean',
      names,
      reporter,
    )
    if (found) expressions[name] = found
    else ok = false
  }
  return { expressions, ok }
}

const readWhen = (id: string, node: MapNode, { frame, reporter }: OutlineContext) => {
  const entry = node.entries.get('when')
  if (!entry) return { ok: true }
  const value = plainOf(entry.value)
  if (typeof value !== 'string' && typeof value !== 'boolean') {
    const place = value === null ? entry.key : entry.value
    reporter.report('wrong-type', `${id}.when must be an expression, and is ${describeValue(value)}`, place)
    return { ok: false }
  }
  const when = readCondition(entry.value, `${id}.when`, 'boolean', conditionNames(frame.names), reporter)
  return { ok: when !== undefined, ...(when ? { when } : {}) }
}

const layerSourcesOf = (id: string, node: MapNode, reporter: Reporter): PlacedReference[] => {
  const matrix = node.entries.get('matrix')?.value
  if (matrix?.kind !== 'map') return []
  return [...matrix.entries].flatMap(([name, { value }]) => {
    const isOne = value.kind === 'map' && value.entries.has('layersOf')
    const found = isOne ? layerSource(value, `${id}.matrix.${name}`, reporter) : undefined
    return found ? [found] : []
  })
}

const idleKeys = [
  { key: 'checkpoint', flag: 'checkpoints', code: 'checkpoint-not-here', why: 'keep no checkpoints' },
  {
    key: 'onOutOfMemory',
    flag: 'microBatches',
    code: 'halve-batch-not-here',
    why: 'take no batch in parts',
  },
] as const

/** Keys that would change nothing, while whoever wrote them expects that they do. */
const tellIdleKeys = (spec: AnyStepSpec, node: MapNode, { kinds, reporter }: OutlineContext): void => {
  for (const { key, flag, code, why } of idleKeys) {
    const entry = node.entries.get(key)
    if (!entry || spec[flag] || spec.composes) continue
    const others = [...kinds.values()].filter(each => each[flag]).map(({ kind }) => kind)
    const hint = `Remove it. Kinds that do: ${others.join(', ')}.`
    reporter.report(code, `steps of kind "${spec.kind}" ${why}`, entry.key, hint)
  }
}

/** Reads what places a step in the graph. A fault poisons the step; it stays, so that what hangs on it gives no echo. */
export const readOutline = (id: string, entry: Entry, context: OutlineContext): Outline => {
  const { frame, reporter } = context
  const misnamed = identifierFault(id)
  if (misnamed) reporter.report('wrong-name', misnamed.message, entry.key, misnamed.hint)
  const nothing = { ports: {}, needs: [], layerSources: [], expressions: {} }
  if (entry.value.kind !== 'map') {
    const value = plainOf(entry.value)
    const place = value === null ? entry.key : entry.value
    reporter.report(
      'wrong-type',
      `step "${id}" must be a map with a kind, and is ${describeValue(value)}`,
      place,
    )
    return { id, kind: '', entry, frame, faulty: true, ...nothing }
  }
  const node = entry.value
  const { kind, spec } = kindOf(id, { key: entry.key, value: node }, context)
  const needed = node.entries.get('needs')
  const needs = needed ? readNeeds(id, needed.value, reporter) : []
  const { when, ok: whenOk } = readWhen(id, node, context)
  const base = {
    id,
    kind,
    entry,
    frame,
    node,
    needs: needs ?? [],
    layerSources: layerSourcesOf(id, node, reporter),
    ...(when ? { when } : {}),
  }
  if (!spec) return { ...base, faulty: true, ports: {}, expressions: {} }
  tellIdleKeys(spec, node, context)
  const { ports, ok } = readPorts(spec, id, node.entries, entry.key, reporter)
  const { expressions, ok: expressionsOk } = readExpressions(spec, id, node, context)
  const faulty = misnamed !== undefined || !ok || !needs || !whenOk || !expressionsOk
  return { ...base, spec, ports, expressions, faulty }
}
