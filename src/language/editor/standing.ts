import type { Path } from '../../core/problem.js'
import type { Node } from '../node.js'
import type { Place } from '../source-file.js'

/** What stands at an offset of a text. */
export interface Standing {
  /** Keys and list indices from the root; the key itself where one is pointed at. */
  readonly path: Path
  readonly on: 'key' | 'value'
  readonly node: Node
  /** The key that the value stands at. */
  readonly key?: Place
}

const holds = ({ start, end }: Place, offset: number): boolean => start <= offset && offset <= end

/** The innermost key or value at an offset; a map or list where it is between those. */
export const standingAt = (root: Node, offset: number): Standing | undefined => {
  let standing: Standing = { path: [], on: 'value', node: root }
  if (!holds(root, offset)) return undefined
  for (;;) {
    const { node, path } = standing
    let next: Standing | undefined
    if (node.kind === 'map')
      for (const [name, { key, value }] of node.entries) {
        if (holds(key, offset)) next = { path: [...path, name], on: 'key', node: value, key }
        else if (value.end > value.start && holds(value, offset))
          next = { path: [...path, name], on: 'value', node: value, key }
        else continue
        break
      }
    else if (node.kind === 'list') {
      const index = node.items.findIndex(item => item.end > item.start && holds(item, offset))
      if (index >= 0) next = { path: [...path, index], on: 'value', node: node.items[index]! }
    }
    if (!next) return standing
    standing = next
    if (next.on === 'key') return next
  }
}
