import { tf } from '../tf.js'
import type { Heap } from './heap.js'

export type Inputs = Record<string, tf.TensorInfo | undefined>
/** One kernel's work: tensors in, a tensor out. `attrs` are those of the tfjs operation. */
export type Work = (inputs: Inputs, attrs: Record<string, unknown>) => tf.TensorInfo | tf.TensorInfo[]
/** Kernels by their tfjs name. `stock` is the backend's own kernel, for what ours does not take; absent where it has none. */
export type KernelTable = Record<string, (heap: Heap, stock: Work) => Work>

/** Puts kernels in the place of the wasm backend's own, for this backend alone. */
export const replaceKernels = (heap: Heap, table: KernelTable): void => {
  for (const [kernelName, make] of Object.entries(table)) {
    const old = tf.getKernel(kernelName, 'wasm')
    const stock: Work = (inputs, attrs) => {
      if (old === undefined) throw new Error(`the wasm backend has no kernel ${kernelName}`)
      return old.kernelFunc({
        inputs: inputs as tf.NamedTensorInfoMap,
        attrs: attrs as tf.NamedAttrMap,
        backend: heap.backend,
      })
    }
    const work = make(heap, stock)
    // Unregistered first, since tfjs warns of every kernel that is registered twice.
    if (old !== undefined) tf.unregisterKernel(kernelName, 'wasm')
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => work(inputs, (attrs ?? {}) as Record<string, unknown>),
    })
  }
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1)

/** What one element's reading and writing takes, in multiplications of a matrix product. */
export const elementWork = 4
