import { tf } from '../tf.js'
import type { NativeBackend, OpAttr } from './binding.js'
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

/** Replaces those of tfjs-node's kernels that cannot be recorded, while a recording runs. */
export const registerGraphKernels = (): void => {
  const stock = tf.getKernel('GatherV2', nativeBackendName)
  if (stock === undefined) throw new Error('the native backend has no kernel GatherV2')
  tf.unregisterKernel('GatherV2', nativeBackendName)
  tf.registerKernel({
    ...stock,
    kernelFunc: given => (isRecording() ? gather(given) : stock.kernelFunc(given)),
  })
}
