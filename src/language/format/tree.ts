/** A comment with its `#`, without the spaces around it. */
export interface Comment {
  readonly text: string
  /** A blank line stands before it. */
  blank: boolean
}

/** A text, number, truth value or nothing, or an alias. */
export interface Leaf {
  readonly kind: 'leaf'
  /** `block`: `|` or `>`; `empty`: nothing is written. */
  style: 'plain' | 'single' | 'double' | 'block' | 'alias' | 'empty'
  /** As it is written: with its quotes, its header, its lines. */
  source: string
  value: unknown
  anchor?: string
  tag?: string
  readonly start: number
  readonly end: number
}

/** A map or list. */
export interface Branch {
  readonly kind: 'map' | 'list'
  /** Written in brackets. */
  flow: boolean
  entries: Entry[]
  /** Comments after its last entry. */
  after: Comment[]
  anchor?: string
  tag?: string
  readonly start: number
  readonly end: number
  /** Column of its entries, from 0; of no meaning in brackets. */
  readonly column: number
}

export type Written = Leaf | Branch

/** An entry of a map, or an item of a list. */
export interface Entry {
  /** Absent in lists. */
  key?: Leaf
  value: Written
  /** Comments on lines of their own before it. */
  before: Comment[]
  /** The comment at the end of its line. */
  trailing?: string
  /** A blank line stands before it, after the comments. */
  blank: boolean
  readonly start: number
}

export const isBranch = (node: Written): node is Branch => node.kind !== 'leaf'

/** The text of an entry's key as the reader of recipes takes it. */
export const keyOf = ({ key }: Entry): string | undefined =>
  key && (typeof key.value === 'string' ? key.value : key.source)

export const entryOf = (node: Written, name: string): Entry | undefined =>
  node.kind === 'map' ? node.entries.find(entry => keyOf(entry) === name) : undefined

/** Every node below and the node itself, from the top of the file down. */
export function* nodesOf(node: Written): Generator<Written> {
  yield node
  if (isBranch(node)) for (const { value } of node.entries) yield* nodesOf(value)
}

/** A recipe as it is written: its values and comments in the order of the file. */
export interface Sheet {
  readonly text: string
  /** All of its comments, in the order of the file. */
  readonly comments: readonly string[]
  /** Comments above everything. */
  head: Comment[]
  root: Branch
}
