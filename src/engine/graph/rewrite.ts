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
  /** Of tensors that are others in another shape: those others. */
  readonly views: Map<string, View>
}

interface View {
  readonly name: string
  readonly shape: readonly number[]
}

/** The name of the tensor that stands for an operation's one output; undefined: the operation itself is to be written. */
type Rewriting = (op: RecordedOp, site: Site) => string | undefined

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, at) => side === b[at])

const isFloat = ({ outputs }: RecordedOp): boolean => outputs[0]!.dtype === dtypes.float32

const float: Attr = type(dtypes.float32)

/** A shape of a shape is one shape; of 1,947 nodes of an LSTM's step 650 are none then. */
const reshape = (site: Site, given: View, shape: readonly number[], dtype: number): string => {
  const source = site.views.get(given.name) ?? given
  if (sameShape(source.shape, shape)) return source.name
  const made = site.add(
    'Reshape',
    [
      source.name,
      site.constant({ dtype: dtypes.int32, shape: [shape.length], values: Int32Array.from(shape) }),
    ],
    { T: type(dtype), Tshape: type(dtypes.int32) },
  )
  site.views.set(made, source)
  return made
}

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
  /** Often a shape that it has already, or had before. */
  Reshape: (op, site) => {
    const [output] = op.outputs
    return reshape(site, { name: site.inputs[0]!, shape: site.shapes[0]! }, output!.shape, output!.dtype)
  },
  /** One pair of matrices in a batch of one. */
  BatchMatMulV2: (op, site) => {
    const [a, b] = site.shapes
    if (!isFloat(op) || a!.length !== 3 || b!.length !== 3 || a![0] !== 1 || b![0] !== 1) return undefined
    const matrix = (at: number, shape: readonly number[]): string =>
      reshape(site, { name: site.inputs[at]!, shape }, shape.slice(1), dtypes.float32)
    const product = site.add('MatMul', [matrix(0, a!), matrix(1, b!)], {
      T: float,
      transpose_a: { kind: 'bool', value: valueOf(op, 'adj_x') === true },
      transpose_b: { kind: 'bool', value: valueOf(op, 'adj_y') === true },
    })
    const { shape } = op.outputs[0]!
    return reshape(site, { name: product, shape: shape.slice(1) }, shape, dtypes.float32)
  },
}
