/** Which inputs of an operation have the type that its attribute names; the rest keep theirs. */
type Inputs = readonly number[] | 'all' | 'allButLast'

/** What a narrow type means to an operation. */
export interface HalfOperation {
  /** The attribute that names the type. */
  readonly attr: string
  readonly inputs: Inputs
  /** Outputs of that type. Absent: all. */
  readonly outputs?: readonly number[]
}

const typedInputs = (attr: string, inputs: Inputs, outputs?: readonly number[]): HalfOperation => ({
  attr,
  inputs,
  ...(outputs ? { outputs } : {}),
})

const one = typedInputs('T', [0])
const two = typedInputs('T', [0, 1])
const three = typedInputs('T', [0, 1, 2])

/**
 * Products: they are always computed in the narrow type. On a GPU TensorFlow adds up in float32 inside of them and rounds
 * once (its `TF_FP16_MATMUL_USE_FP32_COMPUTE` and `TF_FP16_CONV_USE_FP32_COMPUTE` are on by default).
 */
export const products: Readonly<Record<string, HalfOperation>> = {
  MatMul: two,
  BatchMatMulV2: two,
  Conv2D: two,
  Conv2DBackpropInput: typedInputs('T', [1, 2]),
  Conv2DBackpropFilter: typedInputs('T', [0, 2]),
  DepthwiseConv2dNative: two,
  DepthwiseConv2dNativeBackpropInput: typedInputs('T', [1, 2]),
  DepthwiseConv2dNativeBackpropFilter: typedInputs('T', [0, 2]),
  Conv3D: two,
  Conv3DBackpropInputV2: typedInputs('T', [1, 2]),
  Conv3DBackpropFilterV2: typedInputs('T', [0, 2]),
}

/**
 * Operations that lose nothing, or one rounding a number, in the narrow type: they follow what stands around them. Sums
 * over many numbers, exponentials, logarithms, roots and quotients are not among them.
 */
export const followers: Readonly<Record<string, HalfOperation>> = {
  Add: two,
  AddV2: two,
  AddN: typedInputs('T', 'all'),
  BiasAdd: two,
  Sub: two,
  Mul: two,
  Neg: one,
  Maximum: two,
  Minimum: two,
  Relu: one,
  ReluGrad: two,
  Relu6: one,
  Relu6Grad: two,
  Elu: one,
  EluGrad: two,
  LeakyRelu: one,
  LeakyReluGrad: two,
  Sigmoid: one,
  SigmoidGrad: two,
  Tanh: one,
  TanhGrad: two,
  MaxPool: one,
  MaxPoolGrad: three,
  AvgPool: one,
  AvgPoolGrad: typedInputs('T', [1]),
  // Scale, offset and statistics are float32 (type U), and so is what is summed inside.
  FusedBatchNormV3: typedInputs('T', [0], [0]),
  FusedBatchNormGradV3: typedInputs('T', [0, 1], [0]),
  Identity: one,
  Reshape: one,
  Squeeze: one,
  ExpandDims: one,
  Transpose: one,
  Pad: one,
  PadV2: typedInputs('T', [0, 2]),
  MirrorPad: one,
  Slice: one,
  StridedSlice: one,
  Split: typedInputs('T', [1]),
  SplitV: one,
  ConcatV2: typedInputs('T', 'allButLast'),
  Pack: typedInputs('T', 'all'),
  Unpack: one,
  Tile: one,
  ReverseV2: one,
  Select: typedInputs('T', [1, 2]),
  SelectV2: typedInputs('T', [1, 2]),
}

/** Positions of the inputs of the narrow type, of an operation with so many. */
export const narrowInputs = ({ inputs }: HalfOperation, count: number): readonly number[] =>
  typeof inputs === 'string'
    ? Array.from({ length: inputs === 'all' ? count : count - 1 }, (_, at) => at)
    : inputs
