import type { Entry, MapNode, Node } from '../node.js'
import { sourceFile, type Place, type SourceFile } from '../source-file.js'
import { readLoosely } from '../yaml-document.js'

export interface OutlinedStep {
  readonly id: string
  readonly key: Place
  /** Absent where none is written, or none that is a text. */
  readonly kind?: string
  readonly value: Node
}

/** A recipe's text as far as it can be read while it is being written: who is who, and where each stands. */
export interface Outline {
  readonly source: SourceFile
  readonly root?: MapNode
  readonly steps: ReadonlyMap<string, OutlinedStep>
  /** What the recipe takes from outside; named like steps. */
  readonly inputs: ReadonlyMap<string, Entry>
  readonly params: ReadonlyMap<string, Entry>
  readonly gates: ReadonlyMap<string, Entry>
}

/** The entries of a map; none of anything else. */
export const entriesOf = (node: Node | undefined): ReadonlyMap<string, Entry> =>
  node?.kind === 'map' ? node.entries : new Map()

/** The text that stands at a key of a map. */
export const textAt = (node: Node | undefined, key: string): string | undefined => {
  const value = entriesOf(node).get(key)?.value
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

export const outlineOf = (path: string, text: string): Outline => {
  const source = sourceFile(path, text)
  const root = readLoosely(source)
  const part = (name: string) => entriesOf(entriesOf(root).get(name)?.value)
  const steps = [...part('steps')].map(([id, { key, value }]): [string, OutlinedStep] => {
    const kind = textAt(value, 'kind')
    return [id, { id, key, value, ...(kind === undefined ? {} : { kind }) }]
  })
  return {
    source,
    ...(root?.kind === 'map' ? { root } : {}),
    steps: new Map(steps),
    inputs: part('inputs'),
    params: part('params'),
    gates: part('gates'),
  }
}
