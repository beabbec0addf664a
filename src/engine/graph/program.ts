import { dtypes } from './binding.js'
import type { AttrKinds, Signature, Variable, Wanted } from './emit.js'
import { emit } from './emit.js'
import type { HalfType } from './mixed-precision.js'
import { mixPrecision } from './mixed-precision.js'
import type { ConstantValue, Node } from './node.js'
import { constantNode, identityNode, placeholderNode, shape, text, type } from './node.js'
import type { Recording } from './recorder.js'

/** The nodes around a variable: what sets it from a fed value, and what reads it. */
const variableNodes = (name: string, { dtype, shape: sides }: Variable): Node[] => [
  {
    name,
    op: 'VarHandleOp',
    inputs: [],
    attrs: { dtype: type(dtype), shape: shape(sides), shared_name: text(name), container: text('') },
  },
  placeholderNode(`${name}/value`, dtype, sides),
  // A variable that took the fed tensor itself would go on in memory that belongs to JavaScript.
  { name: `${name}/copy`, op: 'DeepCopy', inputs: [`${name}/value`], attrs: { T: type(dtype) } },
  {
    name: `${name}/assign`,
    op: 'AssignVariableOp',
    inputs: [name, `${name}/copy`],
    attrs: { dtype: type(dtype) },
  },
  constantNode(`${name}/zero`, { dtype: dtypes.int32, shape: [], values: Int32Array.of(0) }),
  identityNode(`${name}/set`, dtypes.int32, `${name}/zero`, [`${name}/assign`]),
  { name: `${name}/read`, op: 'ReadVariableOp', inputs: [name], attrs: { dtype: type(dtype) } },
]

/** A graph in the making: variables, and what can be run over them. */
export class Program {
  readonly #kinds: AttrKinds
  readonly nodes: Node[] = []
  readonly variables = new Map<string, Variable>()
  /** Values of the variables that stand for long constants. */
  readonly captured = new Map<string, ConstantValue>()
  readonly #handles = new Map<string, string>()
  readonly #capturedKeys = new Map<number, string>()

  constructor(kinds: AttrKinds) {
    this.#kinds = kinds
  }

  /** Puts a variable into the graph and gives its NAME there; `NAME/value` with `NAME/set` sets it, `NAME/read` reads it. */
  variable(key: string, variable: Variable): string {
    const known = this.#handles.get(key)
    if (known !== undefined) return known
    const name = `v${this.#handles.size}`
    this.#handles.set(key, name)
    this.variables.set(key, variable)
    this.nodes.push(...variableNodes(name, variable))
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
   * hold, and then gives the variables their new values. `half`: in mixed precision; absent: all in float32.
   */
  add(name: string, recording: Recording, wanted: Wanted, half?: HalfType): Signature {
    const { nodes, signature } = emit(name, recording, wanted, {
      kinds: this.#kinds,
      handle: (key, variable) => this.variable(key, variable),
      capture: (id, value) => this.#capture(id, value),
    })
    this.nodes.push(...(half === undefined ? nodes : mixPrecision(name, nodes, half)))
    return signature
  }
}
