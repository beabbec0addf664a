import { parseRhythm, type Rhythm } from '../core/checkpoint.js'
import { parseBytes, parseDuration } from '../core/units.js'
import type { EngineName } from '../core/engine-name.js'
import { checkValue } from './check-value.js'
import type { Interpolation } from './interpolate.js'
import { interpolate } from './interpolate.js'
import { plainOf, type Entry, type MapNode, type Node } from './node.js'
import { readReference, type PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import { metaSchema } from './step-schema.js'
import { tellFaults } from './tell-faults.js'

/** What the keys that every step may have say. */
export interface Meta {
  readonly description?: string
  readonly seed?: number
  readonly engine?: EngineName | 'auto'
  readonly resources: { readonly threads?: number; readonly memory?: number; readonly gpus?: number }
  readonly timeout?: number
  readonly retries: number
  readonly onOutOfMemory?: 'halveBatch'
  readonly checkpoint?: Rhythm
}

interface Written {
  readonly description?: string
  readonly seed?: number
  readonly engine?: EngineName | 'auto'
  readonly resources?: {
    readonly threads?: number
    readonly memory?: number | string
    readonly gpus?: number
  }
  readonly timeout?: string
  readonly retries?: number
  readonly onOutOfMemory?: 'fail' | 'halveBatch'
  readonly checkpoint?: string
}

export const metaKeys: ReadonlySet<string> = new Set(Object.keys(metaSchema.properties))

/** Keys whose values may hold expressions. */
const withExpressions = new Set(['resources', 'timeout', 'retries', 'seed', 'checkpoint'])

const { kind: _, needs: __, matrix: ___, when: ____, ...checked } = metaSchema.properties
const schema = { ...metaSchema, properties: checked, required: [] }

/** Meta keys that are read by themselves: they say how the step stands in the graph. */
const ofTheGraph = new Set(['kind', 'needs', 'matrix', 'when'])

/** Reads `needs`; undefined where it is faulty, which was told. */
export const readNeeds = (
  id: string,
  node: Node,
  reporter: Reporter,
): readonly PlacedReference[] | undefined => {
  if (node.kind !== 'list') {
    reporter.report('wrong-type', `${id}.needs takes a list of steps`, node, 'Write needs: [STEP].')
    return undefined
  }
  let ok = true
  const needs = node.items.flatMap(item => {
    const found = readReference(item, `each of ${id}.needs`, reporter)
    if (found?.output !== undefined)
      reporter.report(
        'wrong-reference',
        'needs names a step, not an output',
        found.place,
        `Write ${found.step}.`,
      )
    const usable = found && found.output === undefined
    ok &&= usable === true
    return usable ? [found] : []
  })
  return ok ? needs : undefined
}

/** Reads a step's meta keys; undefined where one is faulty, which was told. */
export const readMeta = (
  id: string,
  entries: ReadonlyMap<string, Entry>,
  whole: { readonly key: Entry['key']; readonly value: MapNode },
  context: Interpolation,
  reporter: Reporter,
): Meta | undefined => {
  let ok = true
  const own = new Map<string, Entry>()
  for (const [name, entry] of entries) {
    if (metaKeys.has(name) && !ofTheGraph.has(name)) {
      const value = withExpressions.has(name) ? interpolate(entry.value, context, reporter) : entry.value
      if (value) own.set(name, { key: entry.key, value })
      else ok = false
    }
  }
  if (own.size === 0) return ok ? { retries: 0, resources: {} } : undefined
  const { faults, value } = checkValue(schema, plainOf({ ...whole.value, entries: own }), `step "${id}"`)
  tellFaults(faults, whole, reporter)
  if (faults.length > 0 || !ok) return undefined
  const {
    description,
    seed,
    engine,
    resources = {},
    timeout,
    retries,
    onOutOfMemory,
    checkpoint,
  } = value as Written
  const { threads, memory, gpus } = resources
  const rhythm = checkpoint === undefined ? undefined : parseRhythm(checkpoint)
  const milliseconds = timeout === undefined ? undefined : parseDuration(timeout)
  return {
    retries: retries ?? 0,
    resources: {
      ...(threads === undefined ? {} : { threads }),
      ...(memory === undefined ? {} : { memory: parseBytes(memory) }),
      ...(gpus === undefined ? {} : { gpus }),
    },
    ...(onOutOfMemory === 'halveBatch' ? { onOutOfMemory } : {}),
    ...(description === undefined ? {} : { description }),
    ...(seed === undefined ? {} : { seed }),
    ...(engine === undefined ? {} : { engine }),
    ...(milliseconds === undefined ? {} : { timeout: milliseconds }),
    ...(rhythm === undefined ? {} : { checkpoint: rhythm }),
  }
}
