import { dirname, resolve } from 'node:path'
import type { EngineName } from '../core/engine-name.js'
import { checkValue } from './check-value.js'
import { plainOf, type Entry, type MapNode, type Node } from './node.js'
import type { Reporter } from './reporter.js'
import { isRecipe } from './root.js'
import { recipeSchema } from './schema.js'
import type { SourceFile } from './source-file.js'
import { tellCredentialKeys, type WrittenStore } from './store-place.js'
import { tellFaults } from './tell-faults.js'

/** The top level of a recipe. A faulty key has its default. */
export interface Top {
  readonly node: MapNode
  readonly description?: string
  readonly seed: number
  readonly engine: EngineName | 'auto'
  /** Absolute: an inherited one is relative to the file that it stands in. */
  readonly allowPaths: readonly string[]
  /** As it is written; its address is not looked at yet. */
  readonly store?: WrittenStore
}

type Written = Partial<Omit<Top, 'node'>>

const parts = ['params', 'inputs', 'outputs', 'steps', 'gates'] as const
type Part = (typeof parts)[number]

/** A part that is read piece by piece; undefined where it is absent or no map. */
export const partOf = (top: Top, name: Part): MapNode | undefined => {
  const value = top.node.entries.get(name)?.value
  return value?.kind === 'map' ? value : undefined
}

const placedPaths = (node: Node): string[] =>
  node.kind === 'list'
    ? node.items.map(item => resolve(dirname(item.source.path), String(plainOf(item))))
    : []

/** What the schema sees of a part: that it is a map with something in it. What is inside is read piece by piece. */
const outline = (node: Node): unknown =>
  node.kind === 'map' ? Object.fromEntries(node.entries.size > 0 ? [['x', true]] : []) : plainOf(node)

/** Reads the top level; undefined where the file holds no recipe at all. */
export const readTop = (root: Node, source: SourceFile, reporter: Reporter): Top | undefined => {
  if (!isRecipe(root, source, reporter)) return undefined
  const entries = new Map<string, Entry>()
  const shown: Record<string, unknown> = {}
  for (const [key, entry] of root.entries) {
    if (key.startsWith('x-')) continue
    entries.set(key, entry)
    const isPart = (parts as readonly string[]).includes(key)
    Object.defineProperty(shown, key, {
      value: isPart ? outline(entry.value) : plainOf(entry.value),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  const node: MapNode = { ...root, entries }
  const { faults, value } = checkValue(recipeSchema, shown, 'the recipe')
  const head = { key: { source, start: root.start, end: root.start + 1 }, value: node }
  tellFaults(tellCredentialKeys(faults, entries.get('store'), reporter), head, reporter)
  const wrong = new Set(faults.map(({ path }) => path[0]))
  const written = Object.fromEntries(
    Object.entries(value as object).filter(([key]) => !wrong.has(key)),
  ) as Written
  return {
    node,
    ...(written.description === undefined ? {} : { description: written.description }),
    seed: written.seed ?? 0,
    engine: written.engine ?? 'auto',
    ...(written.store ? { store: written.store } : {}),
    allowPaths: written.allowPaths ? placedPaths(entries.get('allowPaths')!.value) : [],
  }
}
