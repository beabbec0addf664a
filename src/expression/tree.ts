import type { ASTNode, Environment } from '@marcbachmann/cel-js'

/** A node of CEL's tree; its typings leave out how one node stands in for another. */
export type CelNode = {
  op: string
  args: unknown
  start: number
  end: number
  setMeta(key: string, value: unknown): unknown
}

/** The tree of a text. Throws CEL's ParseError. */
export const treeOf = (environment: Environment, text: string) => {
  const program = environment.parse(text)
  return { program, root: program.ast as ASTNode & CelNode as CelNode }
}

const isNode = (value: unknown): value is CelNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value

/** A node's children, in the order of the text. */
export const childrenOf = (node: CelNode): CelNode[] => {
  const found: CelNode[] = []
  const collect = (value: unknown): void => {
    if (isNode(value)) found.push(value)
    else if (Array.isArray(value)) value.forEach(collect)
  }
  collect(node.args)
  return found
}

/** `[name, arguments]` of a call, `[name, receiver, arguments]` of a method's. */
export const callOf = (node: CelNode) => {
  const [name, second, third] = node.args as [string, unknown, unknown]
  return node.op === 'call'
    ? { name, args: second as CelNode[] }
    : { name, receiver: second as CelNode, args: third as CelNode[] }
}

/** The dotted path that a node spells: `a.b.c`; undefined for anything else. */
export const pathOf = (node: CelNode): string[] | undefined => {
  if (node.op === 'id') return [String(node.args)]
  if (node.op !== '.') return undefined
  const [left, field] = node.args as [CelNode, string]
  const path = pathOf(left)
  return path && [...path, field]
}

/** Lets a node be checked and evaluated as another one, wherever the tree (or a macro's expansion) holds it. */
export const standIn = (node: CelNode, environment: Environment, text: string, args: unknown): void => {
  const { root } = treeOf(environment, text)
  root.args = args
  root.start = node.start
  root.end = node.end
  node.setMeta('alternate', root)
}
