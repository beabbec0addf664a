import type { tf } from '../tf.js'
import type { WebgpuBackend } from './backend.js'

export type Attrs = Readonly<Record<string, unknown>>
export type Inputs = Readonly<Record<string, tf.TensorInfo>>

/** One kernel's work on the GPU: tensors in, a tensor out. */
export type Work = (inputs: Inputs, attrs: Attrs) => tf.TensorInfo

/** A kernel made from the backend's own (`stock`) and others of it. */
export type MakeWork = (backend: WebgpuBackend, stock: Work) => Work

/** What a registered kernel does, on a backend. */
export const workOf =
  ({ kernelFunc }: tf.KernelConfig, backend: WebgpuBackend): Work =>
  (inputs, attrs) =>
    kernelFunc({
      inputs: inputs as tf.NamedTensorInfoMap,
      attrs: attrs as tf.NamedAttrMap,
      backend,
    }) as tf.TensorInfo
