import { dtypes } from './binding.js'
import type { HalfOperation } from './half-operations.js'
import { followers, narrowInputs, products } from './half-operations.js'
import type { Node } from './node.js'
import { type } from './node.js'

/** Formats of 16 bits: IEEE's with 11 bits of precision up to 65504, or float32 with 8 bits of precision. */
export type HalfType = 'float16' | 'bfloat16'

const numbersOf: Readonly<Record<HalfType, number>> = { float16: dtypes.float16, bfloat16: dtypes.bfloat16 }

const isData = (input: string): boolean => !input.startsWith('^')

const split = (tensor: string): readonly [node: string, output: number] => {
  const colon = tensor.lastIndexOf(':')
  return colon < 0 ? [tensor, 0] : [tensor.slice(0, colon), Number(tensor.slice(colon + 1))]
}

const isFloat = (node: Node, { attr }: HalfOperation): boolean => {
  const value = node.attrs[attr]
  return value?.kind === 'type' && value.value === dtypes.float32
}

/** What an operation may be in the narrow type; undefined: it stays as it is. */
const operationOf = (
  node: Node,
  table: Readonly<Record<string, HalfOperation>>,
): HalfOperation | undefined => {
  const operation = table[node.op]
  return operation && isFloat(node, operation) ? operation : undefined
}

/** What a product or a follower may be in the narrow type. */
const narrowable = (node: Node): HalfOperation | undefined =>
  operationOf(node, products) ?? operationOf(node, followers)

const feeding = (node: Node, operation: HalfOperation): string[] =>
  narrowInputs(operation, node.inputs.filter(isData).length).map(at => split(node.inputs[at]!)[0])

/** Names of the nodes to be computed in the narrow type; `nodes` stand after those that they take inputs from. */
const chosen = (nodes: readonly Node[]): ReadonlySet<string> => {
  /** All that depends on a product. */
  const downstream = new Set<string>()
  const reached = new Set<string>()
  for (const node of nodes) {
    const from = node.inputs.filter(isData).map(input => split(input)[0])
    if (operationOf(node, products)) {
      reached.add(node.name)
      downstream.add(node.name)
      continue
    }
    if (!from.some(name => downstream.has(name))) continue
    downstream.add(node.name)
    const operation = operationOf(node, followers)
    if (!operation) continue
    const inputs = feeding(node, operation)
    // What a sum or an exponential made of the examples stays as exact as it is: it is not met halfway.
    if (
      inputs.some(name => reached.has(name)) &&
      inputs.every(name => reached.has(name) || !downstream.has(name))
    )
      reached.add(node.name)
  }
  /** What leads to a product through operations that were reached. */
  const leading = new Set<string>()
  const picked = new Set<string>()
  for (const node of [...nodes].reverse()) {
    const operation = narrowable(node)
    if (!operation || !reached.has(node.name)) continue
    if (!(node.op in products) && !leading.has(node.name)) continue
    picked.add(node.name)
    for (const name of feeding(node, operation)) leading.add(name)
  }
  return picked
}

/**
 * The same graph in mixed precision (Micikevicius et al. 2018): products, and what lies between two products and loses
 * little by it, compute in 16 bits; all else in float32, the variables among it, so that weights and what the optimizer
 * remembers are float32. Every tensor is converted once. `nodes` stand after those that they take inputs from.
 */
export const mixPrecision = (name: string, nodes: readonly Node[], half: HalfType): Node[] => {
  const narrow = numbersOf[half]
  const picked = chosen(nodes)
  const byName = new Map(nodes.map(node => [node.name, node]))
  const mixed: Node[] = []
  const casts = new Map<string, string>()
  const isNarrow = (tensor: string): boolean => {
    const [from, output] = split(tensor)
    if (!picked.has(from)) return false
    const { outputs } = narrowable(byName.get(from)!)!
    return outputs === undefined || outputs.includes(output)
  }
  const converted = (tensor: string, to: number): string => {
    const key = `${to}:${tensor}`
    const known = casts.get(key)
    if (known !== undefined) return known
    const node = `${name}/cast${casts.size}`
    const from = to === narrow ? dtypes.float32 : narrow
    mixed.push({
      name: node,
      op: 'Cast',
      inputs: [tensor],
      attrs: { SrcT: type(from), DstT: type(to), Truncate: { kind: 'bool', value: false } },
    })
    casts.set(key, node)
    return node
  }
  for (const node of nodes) {
    const wants = picked.has(node.name) ? narrowable(node) : undefined
    const inNarrow = new Set(wants ? narrowInputs(wants, node.inputs.filter(isData).length) : [])
    const inputs = node.inputs.map((input, at) => {
      if (!isData(input) || inNarrow.has(at) === isNarrow(input)) return input
      return converted(input, inNarrow.has(at) ? narrow : dtypes.float32)
    })
    mixed.push(
      wants ? { ...node, inputs, attrs: { ...node.attrs, [wants.attr]: type(narrow) } } : { ...node, inputs },
    )
  }
  return mixed
}
