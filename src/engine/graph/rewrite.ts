import { dtypes } from './binding.js'
import type { Attr, ConstantValue, Node } from './node.js'
import { type } from './node.js'
import type { RecordedOp } from './recorder.js'

/** What a rewriting may use of the graph that is being made. Names are those of tensors: `node` or `node:output`. */
export interface Site {
  readonly inputs: readonly string[]
  readonly shapes: readonly (readonly number[])[]
  /** Adds a node and gives the name of its first output. */
  add(op: string, inputs: readonly string[], attrs: Node['attrs']): string
  constant(value: ConstantValue): string
}

/** The name of the tensor that stands for an operation's one output; undefined: the operation itself is to be written. */
type Rewriting = (op: RecordedOp, site: Site) => string | undefined

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, at) => side === b[at])

const isFloat = ({ outputs }: RecordedOp): boolean => outputs[0]!.dtype === dtypes.float32

const float: Attr = type(dtypes.float32)

const reshape = (site: Site, input: string, shape: readonly number[]): string =>
  site.add(
    'Reshape',
    [input, site.constant({ dtype: dtypes.int32, shape: [shape.length], values: Int32Array.from(shape) })],
    { T: float, Tshape: type(dtypes.int32) },
  )

const valueOf = (op: RecordedOp, name: string): unknown => op.attrs.find(attr => attr.name === name)?.value

/**
 * Operations that tfjs asks for in a way that TensorFlow is slow at, or that do nothing. What stands for them computes
 * the same numbers.
 */
export const rewritings: Readonly<Record<string, Rewriting>> = {
  /** A vector added along the last axis: as BiasAdd it is fused into the product or convolution before it. */
  Add: (op, site) => {
    const [to, bias] = site.shapes
    const isBias = to!.length > 1 && bias!.length === 1 && bias![0] === to!.at(-1)
    return isFloat(op) && isBias ? site.add('BiasAdd', site.inputs, { T: float }) : undefined
  },
  /** A cast to the type that it has already. */
  Cast: (op, { inputs }) => (valueOf(op, 'SrcT') === valueOf(op, 'DstT') ? inputs[0] : undefined),
  /** A shape that it has already. */
  Reshape: (op, { inputs, shapes }) => (sameShape(shapes[0]!, op.outputs[0]!.shape) ? inputs[0] : undefined),
  /** One pair of matrices in a batch of one. */
  BatchMatMulV2: (op, site) => {
    const [a, b] = site.shapes
    if (!isFloat(op) || a!.length !== 3 || b!.length !== 3 || a![0] !== 1 || b![0] !== 1) return undefined
    const product = site.add(
      'MatMul',
      [reshape(site, site.inputs[0]!, a!.slice(1)), reshape(site, site.inputs[1]!, b!.slice(1))],
      {
        T: float,
        transpose_a: { kind: 'bool', value: valueOf(op, 'adj_x') === true },
        transpose_b: { kind: 'bool', value: valueOf(op, 'adj_y') === true },
      },
    )
    return reshape(site, product, op.outputs[0]!.shape)
  },
}
