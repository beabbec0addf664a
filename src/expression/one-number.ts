import type { Environment } from '@marcbachmann/cel-js'
import { replaced } from './environment.js'
import { callOf, childrenOf, standIn, type CelNode } from './tree.js'

const isWhole = (value: unknown): boolean =>
  typeof value === 'bigint' || (typeof value === 'object' && value !== null && 'valueOf' in value)

/**
 * The number rule: every number is a double. Integer literals become doubles except in a list index, `/` and `%`
 * are those of doubles (CEL's own `/` of integers truncates, so that a ratio below 1 would always be 0), and `size`
 * counts in doubles.
 */
export const oneNumber = (environment: Environment, node: CelNode): void => {
  if (node.op === 'value') {
    if (isWhole(node.args) && !(node.args instanceof Uint8Array)) node.args = Number(node.args)
    return
  }
  if (node.op === '[]') {
    const [list, index] = node.args as [CelNode, CelNode]
    oneNumber(environment, list)
    if (index.op !== 'value') oneNumber(environment, index)
    return
  }
  for (const child of childrenOf(node)) oneNumber(environment, child)
  if (node.op === '/' || node.op === '%') {
    const name = node.op === '/' ? replaced.divide : replaced.remainder
    standIn(node, environment, `${name}(x, x)`, [name, node.args])
  }
  if (node.op === 'call' || node.op === 'rcall') {
    const { name, receiver, args } = callOf(node)
    if (name === 'size')
      standIn(node, environment, `${replaced.size}(x)`, [replaced.size, receiver ? [receiver] : args])
  }
}
