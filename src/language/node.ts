import type { Path } from '../core/problem.js'
import { secretForm } from './secrets.js'
import type { Place } from './source-file.js'

/** A value of a recipe with its place. Aliases share one node. */
export type Node = ScalarNode | ListNode | MapNode

export interface ScalarNode extends Place {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
}

export interface ListNode extends Place {
  readonly kind: 'list'
  readonly items: readonly Node[]
}

export interface Entry {
  readonly key: Place
  readonly value: Node
}

export interface MapNode extends Place {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Entry>
  /** Made of several files: its text, `source.text`, is not all of it. */
  readonly merged?: true
}

/** A node as plain data. Keys such as `__proto__` become own members like any other. */
export const plainOf = (node: Node): unknown => {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(plainOf)
  const plain: Record<string, unknown> = {}
  for (const [key, { value }] of node.entries)
    Object.defineProperty(plain, key, {
      value: plainOf(value),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  return plain
}

/** What stands at a path, with its key where it has one; where the path is not written, its nearest written ancestor. */
export const findNode = (
  root: Node,
  path: Path,
): { readonly node: Node; readonly key?: Place; readonly whole: boolean } => {
  let node = root
  let key: Place | undefined
  for (const step of path) {
    const entry = node.kind === 'map' ? node.entries.get(String(step)) : undefined
    const item = node.kind === 'list' && typeof step === 'number' ? node.items[step] : undefined
    if (!entry && !item) return { node, ...(key ? { key } : {}), whole: false }
    node = entry ? entry.value : item!
    key = entry?.key
  }
  return { node, ...(key ? { key } : {}), whole: true }
}

/** Where to point for a value: itself, or its key where it is empty or runs over several lines. */
export const placeOf = ({ node, key }: { readonly node: Node; readonly key?: Place }): Place => {
  if (!key || (node.start < node.end && node.kind === 'scalar')) return node
  const line = node.source.text.indexOf('\n', node.start)
  return node.start === node.end || (line >= 0 && line < node.end) ? key : node
}

/** A value in a few words, as a sentence names what it found: `the text "ten"`, `a list`. */
export const describeValue = (value: unknown): string => {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') {
    if (secretForm(value) !== undefined) return 'a text'
    const cut = value.length > 40 ? `${value.slice(0, 39)}…` : value
    return `the text ${JSON.stringify(cut)}`
  }
  return JSON.stringify(value)
}
