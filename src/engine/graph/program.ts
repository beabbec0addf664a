import type { Numbers, OpAttr } from './binding.js'
import { dtypes } from './binding.js'
import type { Attr, ConstantValue, Node } from './node.js'
import { shape, text, type } from './node.js'
import type { Origin, RecordedOp, Recording } from './recorder.js'

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

/** Numbers from which on a captured tensor becomes a variable: set once, it need not be written into the graph. */
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

/** Adds a vector along the last axis: as BiasAdd TensorFlow fuses it into a product or a convolution before it. */
const addsBias = ({ name, outputs }: RecordedOp, [to, bias]: (readonly number[])[]): boolean =>
  name === 'Add' &&
  outputs[0]!.dtype === dtypes.float32 &&
  to !== undefined &&
  to.length > 1 &&
  bias?.length === 1 &&
  bias[0] === to.at(-1)

const constantNode = (name: string, value: ConstantValue): Node => ({
  name,
  op: 'Const',
  inputs: [],
  attrs: { dtype: type(value.dtype), value: { kind: 'tensor', value } },
})

const identity = (name: string, dtype: number, input: string, waits: readonly string[] = []): Node => ({
  name,
  op: 'Identity',
  inputs: [input, ...waits.map(wait => `^${wait}`)],
  attrs: { T: type(dtype) },
})

const contentOf = ({ dtype, shape: sides, values }: ConstantValue): string =>
  `${dtype}:${sides.join('×')}:${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')}`

/** A graph in the making: variables, and what can be run over them. */
export class Program {
  readonly #kinds: AttrKinds
  readonly nodes: Node[] = []
  readonly variables = new Map<string, Variable>()
  /** First values of the variables that stand for captured tensors. */
  readonly captured = new Map<string, ConstantValue>()
  readonly #handles = new Map<string, string>()
  readonly #capturedKeys = new Map<number, string>()

  constructor(kinds: AttrKinds) {
    this.#kinds = kinds
  }

  /** Puts a variable into the graph, with the nodes that set and read it: `KEY/set`, `KEY/value`, `KEY/read`. */
  variable(key: string, variable: Variable): string {
    const known = this.#handles.get(key)
    if (known !== undefined) return known
    const name = `v${this.#handles.size}`
    this.#handles.set(key, name)
    this.variables.set(key, variable)
    const { dtype, shape: sides } = variable
    this.nodes.push(
      {
        name,
        op: 'VarHandleOp',
        inputs: [],
        attrs: { dtype: type(dtype), shape: shape(sides), shared_name: text(name), container: text('') },
      },
      {
        name: `${name}/value`,
        op: 'Placeholder',
        inputs: [],
        attrs: { dtype: type(dtype), shape: shape(sides) },
      },
      // A variable that took the fed tensor itself would go on in memory that belongs to JavaScript.
      { name: `${name}/copy`, op: 'DeepCopy', inputs: [`${name}/value`], attrs: { T: type(dtype) } },
      {
        name: `${name}/assign`,
        op: 'AssignVariableOp',
        inputs: [name, `${name}/copy`],
        attrs: { dtype: type(dtype) },
      },
      constantNode(`${name}/zero`, { dtype: dtypes.int32, shape: [], values: Int32Array.of(0) }),
      identity(`${name}/set`, dtypes.int32, `${name}/zero`, [`${name}/assign`]),
      { name: `${name}/read`, op: 'ReadVariableOp', inputs: [name], attrs: { dtype: type(dtype) } },
    )
    return name
  }

  #capture(id: number, value: ConstantValue): string {
    const known = this.#capturedKeys.get(id)
    if (known !== undefined) return known
    const key = `captured:${this.#capturedKeys.size}`
    this.#capturedKeys.set(id, key)
    this.captured.set(key, value)
    return key
  }

  /**
   * Adds what was recorded under a name of its own. A run computes `fetches` from the feeds and from what the variables
   * hold, and then gives the variables their new values.
   */
  add(name: string, { origins }: Recording, { fetches, updates = new Map() }: Wanted): Signature {
    const nodes: Node[] = []
    const names = new Map<number, string>()
    const ops = new Map<RecordedOp, string>()
    const constants = new Map<string, string>()
    const reads = new Map<string, string>()
    const feeds: Feed[] = []
    const dtypeOf = (id: number): number => {
      const origin = origins.get(id)!
      return origin.kind === 'op' ? origin.op.outputs[origin.output]!.dtype : origin.dtype
    }
    const inputShapes = (op: RecordedOp): (readonly number[])[] =>
      op.inputs.map(id => {
        const origin = origins.get(id)!
        return origin.kind === 'op' ? origin.op.outputs[origin.output]!.shape : origin.shape
      })
    const own = (): string => `${name}/${nodes.length}`

    const read = (key: string, variable: Variable): string => {
      const known = reads.get(key)
      if (known !== undefined) return known
      const node = own()
      const handle = this.variable(key, variable)
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
          return constant(origin)
        case 'captured':
          return origin.values.length < longConstant
            ? constant(origin)
            : read(this.#capture(id, origin), origin)
        case 'state':
          return read(origin.key, origin)
        case 'feed': {
          const { key, dtype, shape: sides } = origin
          const node = own()
          nodes.push({
            name: node,
            op: 'Placeholder',
            inputs: [],
            attrs: { dtype: type(dtype), shape: shape(sides) },
          })
          feeds.push({ key, node, dtype, shape: sides })
          return node
        }
      }
    }
    const operation = (op: RecordedOp): string => {
      const inputs = op.inputs.map(id => names.get(id)!)
      const node = own()
      if (addsBias(op, inputShapes(op))) {
        nodes.push({ name: node, op: 'BiasAdd', inputs, attrs: { T: type(dtypes.float32) } })
        ops.set(op, node)
        return node
      }
      const attrs = Object.fromEntries(op.attrs.map(attr => [attr.name, attrOf(attr, this.#kinds)]))
      if (untyped.has(op.name)) attrs['T'] = type(dtypeOf(op.inputs[0]!))
      nodes.push({ name: node, op: op.name, inputs, attrs })
      ops.set(op, node)
      return node
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
          this.variable(key, this.variables.get(key)!),
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
      nodes.push(identity(node, dtypeOf(id), value, at === 0 ? waits : []))
      named.set(key, node)
    })
    this.nodes.push(...nodes)
    return { name, feeds, fetches: named }
  }
}

export type { Numbers }
