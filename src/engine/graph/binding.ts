import { tf } from '../tf.js'

/** What the addon takes and gives as numbers. */
export type Numbers = Float32Array | Int32Array | Uint8Array

/** A tensor of the addon. */
export interface TensorMeta {
  readonly id: number
  readonly shape: readonly number[]
  /** TensorFlow's number of the type, the same in `DataType` of its protocol buffers. */
  readonly dtype: number
}

/** An attribute of an operation, as the addon takes it. */
export interface OpAttr {
  readonly name: string
  /** `TF_ATTR_…` of the binding. */
  readonly type: number
  readonly value: unknown
}

/** The functions of `tfjs_binding.node` that we use (`binding/tfjs_binding.cc` of tfjs-node). */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, values: unknown): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): Numbers
  executeOp(name: string, attrs: readonly OpAttr[], inputs: readonly number[], outputs: number): TensorMeta[]
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  /** Names are `operation:output`, joined by commas. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): TensorMeta[]
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
}

/** TensorFlow's numbers of types (`tensorflow/core/framework/types.proto`); tfjs has no tensors of 16 bits, graphs do. */
export const dtypes = {
  float32: 1,
  float64: 2,
  int32: 3,
  string: 7,
  complex64: 8,
  bool: 10,
  bfloat16: 14,
  float16: 19,
  resource: 20,
} as const

/** The tfjs backend of the native engine. */
export interface NativeBackend {
  binding: Binding
  /** Ids of tensors in the addon; those whose values are still in JavaScript are handed over now. */
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[]
}

/** tfjs's name of the native backend. */
export const nativeBackendName = 'tensorflow'

/** The native backend, where it is this thread's; undefined on any other engine. */
export const nativeBackend = (): NativeBackend | undefined =>
  tf.getBackend() === nativeBackendName ? (tf.backend() as unknown as NativeBackend) : undefined
