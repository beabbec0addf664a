import {
  Composer,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  Parser,
  type CST,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import { yamlOptions } from '../yaml-document.js'
import { attachComments, commentsOf } from './comments.js'
import type { Branch, Entry, Leaf, Sheet, Written } from './tree.js'

const styles: Readonly<Record<string, Leaf['style']>> = {
  QUOTE_DOUBLE: 'double',
  QUOTE_SINGLE: 'single',
  BLOCK_FOLDED: 'block',
  BLOCK_LITERAL: 'block',
}

/** `tag:yaml.org,2002:str` as it is written. Other tags are refused before. */
const tagText = (tag: string): string =>
  tag.startsWith('tag:yaml.org,2002:') ? `!!${tag.slice('tag:yaml.org,2002:'.length)}` : tag

const propsOf = (node: Node): { anchor?: string; tag?: string } => {
  const anchor = 'anchor' in node && typeof node.anchor === 'string' ? node.anchor : undefined
  const { tag } = node
  return {
    ...(anchor === undefined ? {} : { anchor }),
    ...(tag === undefined ? {} : { tag: tagText(tag) }),
  }
}

const silent: ReadonlySet<string> = new Set(['space', 'newline', 'comment', 'comma'])

/** Where an entry begins: its dash, its `?`, its anchor or its key. */
const startOf = (tokens: readonly CST.SourceToken[] | undefined, otherwise: number): number =>
  tokens?.find(({ type }) => !silent.has(type))?.offset ?? otherwise

const reader = (text: string) => {
  const empty = (at: number): Leaf => ({
    kind: 'leaf',
    style: 'empty',
    source: '',
    value: null,
    start: at,
    end: at,
  })

  const leaf = (node: Node): Leaf => {
    const [start = 0, end = start] = node.range ?? []
    const source = text.slice(start, end)
    if (isAlias(node)) return { kind: 'leaf', style: 'alias', source, value: null, start, end }
    const style = (isScalar(node) && styles[node.type ?? '']) || (source === '' ? 'empty' : 'plain')
    return {
      kind: 'leaf',
      style,
      source,
      value: isScalar(node) ? node.value : null,
      ...propsOf(node),
      start,
      end,
    }
  }

  /** A blank line right above the line of an offset. */
  const blankAbove = (offset: number): boolean => {
    const line = text.lastIndexOf('\n', offset - 1)
    if (line < 0) return false
    return text.slice(text.lastIndexOf('\n', line - 1) + 1, line).trim() === ''
  }

  const written = (value: unknown, at: number): Written => {
    if (isCollection(value)) return branch(value)
    return isScalar(value) || isAlias(value) ? leaf(value) : empty(at)
  }

  const pair = ({ key, value, srcToken }: Pair & { srcToken?: CST.CollectionItem }, flow: boolean): Entry => {
    const name = isScalar(key) ? leaf(key) : empty(0)
    const start = startOf(srcToken?.start, name.start)
    return {
      key: name,
      value: written(value, name.end),
      before: [],
      blank: !flow && blankAbove(start),
      start,
    }
  }

  const branch = (node: Node & { items: unknown[]; flow?: boolean; srcToken?: CST.Token }): Branch => {
    const [start = 0, end = start] = node.range ?? []
    const flow = node.flow === true
    const token = node.srcToken
    const dashes =
      token?.type === 'block-seq'
        ? token.items.flatMap(item => item.start.filter(({ type }) => type === 'seq-item-ind'))
        : []
    const item = (value: unknown, index: number): Entry => {
      const inner = written(value, start)
      const at = dashes[index]?.offset ?? inner.start
      return { value: inner, before: [], blank: !flow && blankAbove(at), start: at }
    }
    return {
      kind: isMap(node) ? 'map' : 'list',
      flow,
      entries: node.items.map((each, index) => (isPair(each) ? pair(each, flow) : item(each, index))),
      after: [],
      ...propsOf(node),
      start,
      end,
      column: token && 'indent' in token ? token.indent : 0,
    }
  }
  return branch
}

/**
 * Reads a text that is YAML without faults and a map; lines end in `\n`. Places of comments and blank lines are
 * found by offset, since the library's own attachment moves some of them.
 */
export const readSheet = (text: string): Sheet => {
  const tokens = [...new Parser().parse(text)]
  const comments = commentsOf(text, tokens)
  const [document] = new Composer({ ...yamlOptions, keepSourceTokens: true }).compose(tokens)
  const contents: unknown = document?.contents
  if (!isMap(contents)) throw new TypeError('the top level is no map')
  const root = reader(text)(contents as YAMLMap)
  const sheet: Sheet = { text, comments: comments.map(each => each.text), head: [], root }
  attachComments(sheet, comments)
  return sheet
}
