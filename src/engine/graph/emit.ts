import type { OpAttr } from './binding.js'
import type { Attr, ConstantValue, Node } from './node.js'
import { constantNode, fillOf, identityNode, placeholderNode, shape, type } from './node.js'
import type { Origin, RecordedOp, Recording } from './recorder.js'
import { needed } from './needed.js'
import type { Site } from './rewrite.js'
import { rewritings } from './rewrite.js'

/** A variable of a session. */
export interface Variable {
  readonly dtype: number
  readonly shape: readonly number[]
}

export interface Feed {
  readonly key: string
  /** Name in the graph. */
  readonly node: string
  readonly dtype: number
  readonly shape: readonly number[]
}

/** One thing that a session can be asked to run. */
export interface Signature {
  readonly name: string
  readonly feeds: readonly Feed[]
  /** Names in the graph, by key. */
  readonly fetches: ReadonlyMap<string, string>
}

/** What of a recording is wanted. Ids are those of the recording. */
export interface Wanted {
  /** What a run gives. */
  readonly fetches: ReadonlyMap<string, number>
  /** What variables hold after a run; those that are not named keep what they held. */
  readonly updates?: ReadonlyMap<string, number>
}

/** Numbers from which on a constant becomes a variable: set once, it need not be written into the graph. */
const longConstant = 1024

/** Operations that tfjs-node runs without their attribute T, which a graph must spell out: the type of the first input. */
const untyped = new Set(['ExpandDims'])

const attrOf = ({ name, type: kind, value }: OpAttr, kinds: AttrKinds): Attr => {
  switch (kind) {
    case kinds.TF_ATTR_STRING:
      return { kind: 'string', value: value as string }
    case kinds.TF_ATTR_INT:
      return { kind: 'int', value: value as number }
    case kinds.TF_ATTR_FLOAT:
      return { kind: 'float', value: value as number }
    case kinds.TF_ATTR_BOOL:
      return { kind: 'bool', value: value as boolean }
    case kinds.TF_ATTR_TYPE:
      return type(value as number)
    case kinds.TF_ATTR_SHAPE:
      return shape(value as number[])
    default:
      throw new Error(`attribute ${name} is of an unknown type ${kind}`)
  }
}

/** The binding's numbers of attribute types. */
export interface AttrKinds {
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
}

/** Where the nodes go: what is shared between all that can be run. */
export interface Host {
  readonly kinds: AttrKinds
  /** The name of a variable in the graph; put there where it is new. */
  handle(key: string, variable: Variable): string
  /** The key of the variable that stands for a long constant. */
  capture(id: number, value: ConstantValue): string
}

const contentOf = (value: ConstantValue): string => {
  const { dtype, shape: sides, values } = value
  const fill = fillOf(value)
  // In bits, so that −0 is another number than 0, and latin1, which is a copy.
  const one = fill === undefined ? values : values.subarray(0, 1)
  const bits = Buffer.from(one.buffer, one.byteOffset, one.byteLength).toString('latin1')
  return `${dtype}:${sides.join('×')}:${bits}`
}

/** The nodes of what is wanted of a recording, each after those that it takes its inputs from. */
export const emit = (
  name: string,
  { origins }: Recording,
  { fetches, updates = new Map() }: Wanted,
  host: Host,
): { readonly nodes: readonly Node[]; readonly signature: Signature } => {
  const nodes: Node[] = []
  const names = new Map<number, string>()
  const ops = new Map<RecordedOp, string>()
  const views: Site['views'] = new Map()
  const constants = new Map<string, string>()
  const reads = new Map<string, string>()
  const feeds: Feed[] = []
  const dtypeOf = (id: number): number => {
    const origin = origins.get(id)!
    return origin.kind === 'op' ? origin.op.outputs[origin.output]!.dtype : origin.dtype
  }
  const shapeOf = (id: number): readonly number[] => {
    const origin = origins.get(id)!
    return origin.kind === 'op' ? origin.op.outputs[origin.output]!.shape : origin.shape
  }
  const own = (): string => `${name}/${nodes.length}`

  const read = (key: string, variable: Variable): string => {
    const known = reads.get(key)
    if (known !== undefined) return known
    const node = own()
    const handle = host.handle(key, variable)
    nodes.push({
      name: node,
      op: 'ReadVariableOp',
      inputs: [handle],
      attrs: { dtype: type(variable.dtype) },
    })
    reads.set(key, node)
    return node
  }
  const constant = (value: ConstantValue): string => {
    const content = contentOf(value)
    const known = constants.get(content)
    if (known !== undefined) return known
    const node = own()
    nodes.push(constantNode(node, value))
    constants.set(content, node)
    return node
  }
  const leaf = (id: number, origin: Exclude<Origin, { kind: 'op' }>): string => {
    switch (origin.kind) {
      case 'constant':
      case 'captured':
        return origin.values.length < longConstant || fillOf(origin) !== undefined
          ? constant(origin)
          : read(host.capture(id, origin), origin)
      case 'state':
        return read(origin.key, origin)
      case 'feed': {
        const { key, dtype, shape: sides } = origin
        const node = own()
        nodes.push(placeholderNode(node, dtype, sides))
        feeds.push({ key, node, dtype, shape: sides })
        return node
      }
    }
  }
  const operation = (op: RecordedOp): string => {
    const inputs = op.inputs.map(id => names.get(id)!)
    const add: Site['add'] = (kind, from, attrs) => {
      const node = own()
      nodes.push({ name: node, op: kind, inputs: from, attrs })
      return node
    }
    const shapes = op.inputs.map(shapeOf)
    const instead = rewritings[op.name]?.(op, { inputs, shapes, add, constant, views })
    if (instead !== undefined) return instead
    const attrs = Object.fromEntries(op.attrs.map(attr => [attr.name, attrOf(attr, host.kinds)]))
    if (untyped.has(op.name)) attrs['T'] = type(dtypeOf(op.inputs[0]!))
    return add(op.name, inputs, attrs)
  }
  /** Names a tensor after all that it is computed from; by hand, since a recurrent network is deeper than the stack. */
  const settle = (root: number): string => {
    const open = [root]
    while (open.length > 0) {
      const id = open.at(-1)!
      if (names.has(id)) {
        open.pop()
        continue
      }
      const origin = origins.get(id)
      if (origin === undefined) throw new Error(`tensor ${id} is not part of the recording`)
      if (origin.kind !== 'op') {
        names.set(id, leaf(id, origin))
        continue
      }
      const missing = ops.has(origin.op) ? [] : origin.op.inputs.filter(input => !names.has(input))
      if (missing.length > 0) {
        open.push(...missing.reverse())
        continue
      }
      const node = ops.get(origin.op) ?? operation(origin.op)
      ops.set(origin.op, node)
      names.set(id, origin.output === 0 ? node : `${node}:${origin.output}`)
    }
    return names.get(root)!
  }
  const news = [...updates].map(([key, id]) => ({ key, id, value: settle(id) }))
  const results = [...fetches].map(([key, id]) => ({ key, id, value: settle(id) }))
  const waits = news.map(({ key, id, value }) => {
    const node = own()
    const before = reads.get(key)
    nodes.push({
      name: node,
      op: 'AssignVariableOp',
      // Whoever reads the variable in this run reads what it held before.
      inputs: [
        host.handle(key, { dtype: dtypeOf(id), shape: shapeOf(id) }),
        value,
        ...(before === undefined ? [] : [`^${before}`]),
      ],
      attrs: { dtype: type(dtypeOf(id)) },
    })
    return node
  })
  const named = new Map<string, string>()
  results.forEach(({ key, id, value }, at) => {
    const node = `${name}/out${at}`
    // The addon runs what is fetched and nothing else: the first result brings the assignments with it.
    nodes.push(identityNode(node, dtypeOf(id), value, at === 0 ? waits : []))
    named.set(key, node)
  })
  const asked = [...named.values(), ...feeds.map(({ node }) => node)]
  return { nodes: needed(nodes, asked), signature: { name, feeds, fetches: named } }
}
