import type { Network } from '../network/network.js'

export type WeightArray = Float32Array | Int8Array | Uint8Array | Int16Array | Int32Array

/**
 * How integers stand for floats: x_q = round(x · scale + bias), half to even, in float64; x = (x_q − bias) / scale.
 * One scale and bias for the tensor, or one for each index of `axis`. (ONNX and TFLite: their scale is 1/scale, their zero point is bias.)
 */
export interface Quantization {
  readonly dtype: 'int8' | 'uint8' | 'int16' | 'int32'
  readonly scheme: 'symmetric' | 'affine'
  /** Absent: one scale for the whole tensor. */
  readonly axis?: number
  readonly scale: Float64Array
  readonly bias: Float64Array
}

/** One weight of a model, named `layer/weight` with Keras's words: `conv2d_1/kernel`, `batchNormalization_1/movingMean`. */
export interface Weight {
  readonly name: string
  readonly shape: readonly number[]
  /** Floats, or integers where `quantization` says how to read them. */
  readonly data: WeightArray
  readonly quantization?: Quantization
}

/** Range and format of a layer's output, from calibration. Per tensor. */
export type ActivationQuantization = Omit<Quantization, 'axis'>

/** What earlier steps established and later ones keep. */
export interface Marks {
  /** By weight name, one byte a weight in its order: 1 kept, 0 removed (stays zero). */
  readonly masks: ReadonlyMap<string, Uint8Array>
  /** By layer name (`input` for the network's input): its output is quantized. */
  readonly activations: ReadonlyMap<string, ActivationQuantization>
}

/** A model in memory: typed arrays only, no tensor library. */
export interface Model {
  readonly network: Network
  /** In the network's order: layer by layer, each layer's weights in Keras's order. */
  readonly weights: readonly Weight[]
  readonly marks: Marks
  readonly classNames?: readonly string[]
}

export const noMarks: Marks = { masks: new Map(), activations: new Map() }
