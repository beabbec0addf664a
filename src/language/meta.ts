import { parseDuration } from '../core/units.js'
import type { EngineName } from '../core/engine-name.js'
import { checkValue } from './check-value.js'
import type { Interpolation } from './interpolate.js'
import { interpolate } from './interpolate.js'
import { plainOf, type Entry, type MapNode } from './node.js'
import { readReference, type PlacedReference } from './ports.js'
import type { Reporter } from './reporter.js'
import { laterStepKeys, metaSchema } from './schema.js'
import { tellFaults } from './tell-faults.js'

/** What the keys that every step may have say. */
export interface Meta {
  readonly description?: string
  readonly needs: readonly PlacedReference[]
  readonly seed?: number
  readonly engine?: EngineName | 'auto'
  readonly resources: { readonly threads?: number; readonly memory?: number }
  readonly timeout?: number
  readonly retries: number
}

interface Written {
  readonly description?: string
  readonly seed?: number
  readonly engine?: EngineName | 'auto'
  readonly resources?: { readonly threads?: number; readonly memory?: number | string }
  readonly timeout?: string
  readonly retries?: number
}

export const metaKeys: ReadonlySet<string> = new Set(Object.keys(metaSchema.properties))
export const laterKeys: ReadonlySet<string> = new Set(laterStepKeys)

/** Keys whose values may hold expressions. */
const withExpressions = new Set(['resources', 'timeout', 'retries', 'seed'])

/** `2 GB`, `512 MiB` in bytes. */
const bytesOf = (text: string | number): number => {
  if (typeof text === 'number') return text
  const [, count = '0', prefix = '', binary = ''] = /^([\d.]+) *(?:([kMGT])(i?))?B$/.exec(text) ?? []
  return Math.round(Number(count) * (binary === 'i' ? 1024 : 1000) ** ' kMGT'.indexOf(prefix || ' '))
}

const { kind: _, needs: __, ...checked } = metaSchema.properties
const schema = { ...metaSchema, properties: checked, required: [] }

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
  const needs: PlacedReference[] = []
  for (const [name, entry] of entries) {
    if (laterKeys.has(name)) {
      reporter.report('not-yet', `this version has no "${name}" on steps yet`, entry.key, 'Remove it.')
      ok = false
    } else if (name === 'needs') {
      if (entry.value.kind !== 'list') {
        reporter.report(
          'wrong-type',
          `${id}.needs takes a list of steps`,
          entry.value,
          'Write needs: [STEP].',
        )
        ok = false
      } else
        for (const item of entry.value.items) {
          const found = readReference(item, `each of ${id}.needs`, reporter)
          if (found?.output !== undefined) {
            reporter.report(
              'wrong-reference',
              'needs names a step, not an output',
              found.place,
              `Write ${found.step}.`,
            )
            ok = false
          } else if (found) needs.push(found)
          else ok = false
        }
    } else if (metaKeys.has(name) && name !== 'kind') {
      const value = withExpressions.has(name) ? interpolate(entry.value, context, reporter) : entry.value
      if (value) own.set(name, { key: entry.key, value })
      else ok = false
    }
  }
  if (own.size === 0) return ok ? { needs, retries: 0, resources: {} } : undefined
  const { faults, value } = checkValue(schema, plainOf({ ...whole.value, entries: own }), `step "${id}"`)
  tellFaults(faults, whole, reporter)
  if (faults.length > 0 || !ok) return undefined
  const { description, seed, engine, resources = {}, timeout, retries } = value as Written
  const { threads, memory } = resources
  const milliseconds = timeout === undefined ? undefined : parseDuration(timeout)
  return {
    needs,
    retries: retries ?? 0,
    resources: {
      ...(threads === undefined ? {} : { threads }),
      ...(memory === undefined ? {} : { memory: bytesOf(memory) }),
    },
    ...(description === undefined ? {} : { description }),
    ...(seed === undefined ? {} : { seed }),
    ...(engine === undefined ? {} : { engine }),
    ...(milliseconds === undefined ? {} : { timeout: milliseconds }),
  }
}
