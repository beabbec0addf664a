import { tf } from '../tf.js'
import type { OpAttr, TensorMeta } from './binding.js'
import { dtypes } from './binding.js'
import type { KernelBackend } from './kernels.js'

/** A tensor of the addon, of a type that tfjs may not have. */
export type Raw = TensorMeta

/** Operations for numbers that float32 cannot hold: tfjs has no float64, TensorFlow has. */
export interface RawOps {
  of(tensor: tf.Tensor): Raw
  /** Constants, to the bit. Absent `shape`: a scalar. */
  float64(values: Float64Array | number, shape?: readonly number[]): Raw
  int32(values: readonly number[], shape: readonly number[]): Raw
  float32(value: number): Raw
  cast(x: Raw, to: number): Raw
  /** One of TensorFlow's operations of one type, on one or two tensors. */
  apply(name: string, ...inputs: readonly Raw[]): Raw
  reshape(x: Raw, shape: readonly number[]): Raw
  /** Over these axes, which are gone afterwards. */
  reduce(name: 'Min' | 'Max', x: Raw, axes: readonly number[]): Raw
  /** `a` where the condition holds, else `b`; all of one shape. */
  select(condition: Raw, a: Raw, b: Raw): Raw
  /** Along the first axis. */
  gather(x: Raw, indices: readonly number[]): Raw
  /** The least of those elements that have the same index, by index; the largest float64 where there is none. */
  leastOf(x: Raw, indices: readonly number[], count: number): Raw
  /** As a tensor of tfjs, which has this type. */
  tensor(x: Raw): tf.Tensor
}

type Typed = readonly [attr: string, type: number]

/** Runs `work` on the native engine; what it makes on the way is let go of, but for what became tensors of tfjs. */
export const withRaw = <T>(work: (ops: RawOps) => T): T => {
  const backend = tf.backend() as unknown as KernelBackend
  const { binding } = backend
  const made = new Set<number>()
  const run = (name: string, types: readonly Typed[], inputs: readonly Raw[], more: OpAttr[] = []): Raw => {
    const attrs = types.map(([attr, value]) => ({ name: attr, type: binding.TF_ATTR_TYPE, value }))
    const [result] = binding.executeOp(
      name,
      [...attrs, ...more],
      inputs.map(({ id }) => id),
      1,
    )
    made.add(result!.id)
    return result!
  }
  const constant = (shape: readonly number[], dtype: number, values: Int32Array | Float32Array): Raw => {
    const id = binding.createTensor(shape, dtype, values)
    made.add(id)
    return { id, shape, dtype }
  }
  const int32: RawOps['int32'] = (values, shape) => constant(shape, dtypes.int32, Int32Array.from(values))
  const flag = (name: string, value: boolean): OpAttr => ({ name, type: binding.TF_ATTR_BOOL, value })
  const ops: RawOps = {
    of: tensor => ({
      id: backend.getInputTensorIds([tensor])[0]!,
      shape: tensor.shape,
      dtype: dtypes[tensor.dtype],
    }),
    int32,
    float32: value => constant([], dtypes.float32, Float32Array.of(value)),
    float64: (values, shape = []) => {
      // The addon takes no float64: it takes their halves.
      const { buffer } = typeof values === 'number' ? Float64Array.of(values) : values.slice()
      const halves = constant([...shape, 2], dtypes.int32, new Int32Array(buffer))
      return run(
        'Bitcast',
        [
          ['T', dtypes.int32],
          ['type', dtypes.float64],
        ],
        [halves],
      )
    },
    cast: (x, to) =>
      run(
        'Cast',
        [
          ['SrcT', x.dtype],
          ['DstT', to],
        ],
        [x],
        [flag('Truncate', false)],
      ),
    apply: (name, ...inputs) => run(name, [['T', inputs[0]!.dtype]], inputs),
    reshape: (x, shape) =>
      run(
        'Reshape',
        [
          ['T', x.dtype],
          ['Tshape', dtypes.int32],
        ],
        [x, int32(shape, [shape.length])],
      ),
    reduce: (name, x, axes) =>
      run(
        name,
        [
          ['T', x.dtype],
          ['Tidx', dtypes.int32],
        ],
        [x, int32(axes, [axes.length])],
        [flag('keep_dims', false)],
      ),
    select: (condition, a, b) => run('Select', [['T', a.dtype]], [condition, a, b]),
    gather: (x, indices) =>
      run(
        'GatherV2',
        [
          ['Tparams', x.dtype],
          ['Tindices', dtypes.int32],
          ['Taxis', dtypes.int32],
        ],
        [x, int32(indices, [indices.length]), int32([0], [])],
        [{ name: 'batch_dims', type: binding.TF_ATTR_INT, value: 0 }],
      ),
    leastOf: (x, indices, count) =>
      run(
        'UnsortedSegmentMin',
        [
          ['T', x.dtype],
          ['Tindices', dtypes.int32],
          ['Tnumsegments', dtypes.int32],
        ],
        [x, int32(indices, [indices.length]), int32([count], [])],
      ),
    tensor: x => {
      made.delete(x.id)
      return backend.createOutputTensor(x)
    },
  }
  try {
    return work(ops)
  } finally {
    for (const id of made) binding.deleteTensor(id)
  }
}
