import { listed } from '../core/listed.js'
import { didYouMean } from '../core/nearest.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { Schema } from './narrow.js'
import type { MapNode, Node, ScalarNode } from './node.js'
import { typeOfLiteral } from './param-declarations.js'
import type { Reporter } from './reporter.js'
import { gateForms } from './gate-schema.js'
import { isMetaKey } from './step-schema.js'
import type { Place } from './source-file.js'
import { commonForm } from './variants.js'

type Merge = (base: Node, over: Node, key: string) => Node

const isEmpty = (node: Node): boolean => node.kind === 'scalar' && node.value === null

const scalar = (map: MapNode, key: string): ScalarNode['value'] | undefined => {
  const node = map.entries.get(key)?.value
  return node?.kind === 'scalar' ? node.value : undefined
}

const formOf = (gate: MapNode): string | undefined =>
  Object.keys(gateForms).find(form => gate.entries.has(form))

const mapOf = ({ source, start, end }: Place, entries: Readonly<Record<string, Node>>): MapNode => ({
  source,
  start,
  end,
  kind: 'map',
  entries: new Map(Object.entries(entries).map(([key, value]) => [key, { key: value, value }])),
})

/** A param's short form, `epochs: 3`, made long; anything else as it is. */
const longParam = (node: Node): Node => {
  const type = node.kind === 'scalar' ? typeOfLiteral(node.value) : undefined
  return type === undefined
    ? node
    : mapOf(node, { type: { ...node, kind: 'scalar', value: type }, default: node })
}

/** An input's short form, `data: dataset`, made long. */
const longInput = (node: Node): Node =>
  node.kind === 'scalar' && typeof node.value === 'string' ? mapOf(node, { type: node }) : node

/** How the parts of a recipe merge. */
const merger = (kinds: ReadonlyMap<string, AnyStepSpec>, reporter: Reporter) => {
  /** Keys that a layer has removed: another layer may remove them as well. */
  const gone = new WeakMap<MapNode, ReadonlySet<string>>()

  const tellNothing = (key: string, place: Place, base: MapNode): void => {
    const known = [...base.entries.keys()]
    reporter.report(
      'removes-nothing',
      `there is no "${key}" to remove`,
      place,
      didYouMean(key, known) ?? (known.length > 0 ? `What is extended has: ${listed(known)}.` : undefined),
    )
  }

  /** Two maps as one. What the later one says wins, what it says `null` of is gone; each value stays where it was written. */
  const mergeMaps = (base: MapNode, over: MapNode, merge: Merge): MapNode => {
    const entries = new Map(base.entries)
    const removed = new Set(gone.get(base))
    for (const [key, entry] of over.entries) {
      const before = base.entries.get(key)
      if (!isEmpty(entry.value)) {
        entries.set(key, before ? { key: entry.key, value: merge(before.value, entry.value, key) } : entry)
        removed.delete(key)
      } else if (before) {
        entries.delete(key)
        removed.add(key)
      } else if (!removed.has(key)) tellNothing(key, entry.key, base)
    }
    const merged: MapNode = { ...over, entries, merged: true }
    if (removed.size > 0) gone.set(merged, removed)
    return merged
  }

  /** By the schema of the field, as far as there is one: maps merge, lists and scalars replace. */
  const mergeValues = (base: Node, over: Node, schema: Schema | undefined): Node => {
    if (base.kind !== 'map' || over.kind !== 'map') return over
    const form = commonForm(schema, base, over)
    if (!form) return over
    const rest = typeof form.additionalProperties === 'object' ? form.additionalProperties : undefined
    return mergeMaps(base, over, (before, after, key) =>
      mergeValues(
        before,
        after,
        form.properties && Object.hasOwn(form.properties, key) ? form.properties[key] : rest,
      ),
    )
  }

  const mergeSteps: Merge = (base, over) => {
    if (base.kind !== 'map' || over.kind !== 'map') return over
    const kind = scalar(base, 'kind')
    if (over.entries.has('kind') && scalar(over, 'kind') !== kind) return over
    const fields = kinds.get(String(kind))?.params.properties as Readonly<Record<string, Schema>> | undefined
    return mergeMaps(base, over, (before, after, key) =>
      mergeValues(
        before,
        after,
        fields && !isMetaKey(key) && Object.hasOwn(fields, key) ? fields[key] : undefined,
      ),
    )
  }

  const mergeGates: Merge = (base, over) => {
    if (base.kind !== 'map' || over.kind !== 'map') return over
    const form = formOf(over)
    if (form !== undefined && form !== formOf(base)) return over
    return mergeValues(base, over, undefined)
  }

  /** A plain value over a declaration is its default from now on; type, range and description stay. */
  const mergeParams: Merge = (base, over) => {
    const before = longParam(base)
    if (before.kind !== 'map') return over
    if (over.kind === 'map') return mergeMaps(before, over, (_, after) => after)
    if (over.kind === 'list') return over
    return {
      ...before,
      entries: new Map([...before.entries, ['default', { key: over, value: over }]]),
      merged: true,
    }
  }

  /** Plug-ins of all files are loaded: a base's steps need its own. */
  const gather: Merge = (base, over) =>
    base.kind === 'list' && over.kind === 'list' ? { ...over, items: [...base.items, ...over.items] } : over

  const parts: Readonly<Record<string, Merge>> = {
    params: mergeParams,
    steps: mergeSteps,
    gates: mergeGates,
    inputs: (base, over) => mergeValues(longInput(base), longInput(over), undefined),
  }
  const mergeTop: Merge = (base, over, key) => {
    if (key === 'plugins') return gather(base, over, key)
    const part = Object.hasOwn(parts, key) ? parts[key] : undefined
    if (base.kind !== 'map' || over.kind !== 'map') return over
    return part ? mergeMaps(base, over, part) : mergeValues(base, over, undefined)
  }
  return (base: MapNode, over: MapNode): MapNode => mergeMaps(base, over, mergeTop)
}

const without = (root: MapNode, drop: (key: string) => boolean): MapNode => ({
  ...root,
  entries: new Map([...root.entries].filter(([key]) => !drop(key))),
})

/** Layers of a recipe, bases first, as one. Keys `x-*` of bases stay behind. */
export const mergeLayers = (
  layers: readonly MapNode[],
  kinds: ReadonlyMap<string, AnyStepSpec>,
  reporter: Reporter,
): MapNode => {
  const last = layers.at(-1)!
  return layers
    .map(layer => without(layer, key => key === 'extends' || (layer !== last && key.startsWith('x-'))))
    .reduce(merger(kinds, reporter))
}
