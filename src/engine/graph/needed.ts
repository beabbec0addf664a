import type { Node } from './node.js'

/** The node that an input is of: `node`, `node:output` or `^node`. */
const nodeOf = (input: string): string => {
  const from = input.startsWith('^') ? 1 : 0
  const until = input.indexOf(':')
  return until < 0 ? input.slice(from) : input.slice(from, until)
}

/** Nodes that those of these names are computed from, and themselves. Each stands behind what it reads. */
export const needed = (nodes: readonly Node[], asked: Iterable<string>): Node[] => {
  const wanted = new Set(asked)
  const kept: Node[] = []
  for (const node of nodes.toReversed()) {
    if (!wanted.has(node.name)) continue
    kept.push(node)
    for (const input of node.inputs) wanted.add(nodeOf(input))
  }
  return kept.reverse()
}
