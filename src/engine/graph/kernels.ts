import { tf } from '../tf.js'
import type { NativeBackend, OpAttr, TensorMeta } from './binding.js'
import { nativeBackendName } from './binding.js'
import { isRecording } from './recorder.js'

type Kernel = NonNullable<ReturnType<typeof tf.getKernel>>
type Arguments = Parameters<Kernel['kernelFunc']>[0]

/** The parts of the native backend that kernels use. */
export interface KernelBackend extends NativeBackend {
  executeSingleOutput(name: string, attrs: readonly OpAttr[], inputs: readonly tf.TensorInfo[]): tf.TensorInfo
  executeMultipleOutputs(
    name: string,
    attrs: readonly OpAttr[],
    inputs: readonly tf.TensorInfo[],
    count: number,
  ): tf.TensorInfo[]
  getDTypeInteger(dtype: tf.DataType): number
  /** Makes a tensor of the addon one of tfjs, which is then its owner. */
  createOutputTensor(meta: TensorMeta): tf.Tensor
}

/** The attribute by which an operation says a type. */
export const typed = (backend: KernelBackend, name: string, dtype: tf.DataType): OpAttr => ({
  name,
  type: backend.binding.TF_ATTR_TYPE,
  value: backend.getDTypeInteger(dtype),
})

/** tfjs-node's own looks at every index in JavaScript, to say which one is outside; TensorFlow itself refuses it on a CPU. */
const gather = ({ inputs, attrs, backend }: Arguments): tf.TensorInfo => {
  const native = backend as KernelBackend
  const { x, indices } = inputs as { x: tf.TensorInfo; indices: tf.TensorInfo }
  const { axis, batchDims } = attrs as { axis: number; batchDims: number }
  const at = tf.scalar(axis, 'int32')
  try {
    return native.executeSingleOutput(
      'GatherV2',
      [
        { name: 'batch_dims', type: native.binding.TF_ATTR_INT, value: batchDims },
        typed(native, 'Tparams', x.dtype),
        typed(native, 'Tindices', indices.dtype),
        typed(native, 'Taxis', 'int32'),
      ],
      [x, indices, at],
    )
  } finally {
    at.dispose()
  }
}

/** A product of two plain matrices, for which TensorFlow's kernel of batches takes longer and never fuses the bias. */
const multiply = ({ inputs, attrs, backend }: Arguments): tf.TensorInfo => {
  const native = backend as KernelBackend
  const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo }
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean }
  const flag = (name: string, value: boolean): OpAttr => ({ name, type: native.binding.TF_ATTR_BOOL, value })
  return native.executeSingleOutput(
    'MatMul',
    [typed(native, 'T', a.dtype), flag('transpose_a', transposeA), flag('transpose_b', transposeB)],
    [a, b],
  )
}

const isMatrix = (tensor: unknown): boolean => {
  const { shape, dtype } = tensor as tf.TensorInfo
  return shape.length === 2 && dtype === 'float32'
}

type KernelFunc = Kernel['kernelFunc']

const replacements: Readonly<Record<string, (stock: KernelFunc) => KernelFunc>> = {
  // While a recording runs; else it is nice to know which index it is.
  GatherV2: stock => given => (isRecording() ? gather(given) : stock(given)),
  BatchMatMul: stock => given =>
    isMatrix(given.inputs['a']) && isMatrix(given.inputs['b']) ? multiply(given) : stock(given),
}

/** Replaces those of tfjs-node's kernels that cannot be recorded, or are slow in a graph. */
export const registerGraphKernels = (): void => {
  for (const [kernelName, make] of Object.entries(replacements)) {
    const stock = tf.getKernel(kernelName, nativeBackendName)
    if (stock === undefined) throw new Error(`the native backend has no kernel ${kernelName}`)
    tf.unregisterKernel(kernelName, nativeBackendName)
    tf.registerKernel({ ...stock, kernelFunc: make(stock.kernelFunc) })
  }
}
