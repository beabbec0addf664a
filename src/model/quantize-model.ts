import type { Network } from '../network/network.js'
import type { ActivationQuantization, Model, Quantization, Weight } from './model.js'
import { toFloat, toIntegers } from './quantization.js'
import { type WeightFormat, quantizationOf } from './scales.js'

/** The format of every weight that is to be stored in integers; a weight that is absent stays float32. */
export type Formats = ReadonlyMap<string, WeightFormat>

type Activations = ReadonlyMap<string, ActivationQuantization>

const partsOf = (name: string): readonly [layer: string, weight: string] => {
  const at = name.indexOf('/')
  return [name.slice(0, at), name.slice(at + 1)]
}

/** Weights that are multiplied with a layer's input, in Keras's words. */
export const isKernel = (name: string): boolean => /(kernel|embeddings)$/i.test(name)

/** A bias that takes the scale of its layer's products. */
export interface Tie {
  readonly kernel: string
  /** Scale of the layer's input. */
  readonly input: number
}

/**
 * Biases that are added to a sum of integer products, and so have its scale: scale = input's scale · kernel's scale.
 * These are int32 biases of layers with one int8 kernel and one quantized input (recurrent and separable layers
 * have two kernels, and their biases keep a scale of their own).
 */
export const tiesOf = (
  network: Network,
  formats: Formats,
  activations: Activations,
): ReadonlyMap<string, Tie> => {
  const ties = new Map<string, Tie>()
  for (const node of network.layers) {
    const bias = `${node.name}/bias`
    const kernels = [...formats.keys()].filter(name => partsOf(name)[0] === node.name && isKernel(name))
    const input = node.from.length === 1 ? activations.get(node.from[0]!) : undefined
    const kernel = kernels.length === 1 ? kernels[0]! : ''
    if (formats.get(bias)?.dtype === 'int32' && formats.get(kernel)?.dtype === 'int8' && input)
      ties.set(bias, { kernel, input: input.scale[0]! })
  }
  return ties
}

/** The largest integer of an int32 bias. */
export const mostInteger = 2147483647

/** The kernel's channel behind each of the bias's (a depthwise kernel has fewer, each for a run of neighbours). */
export const channelOf = (at: number, biases: number, channels: number): number =>
  Math.floor((at * channels) / biases)

/** Largest scale of each of a kernel's channels with which its layer's bias still fits int32. */
const limitOf = (bias: Float32Array, input: number, channels: number): Float64Array => {
  const limit = new Float64Array(channels).fill(Infinity)
  bias.forEach((value, at) => {
    const channel = channelOf(at, bias.length, channels)
    if (value !== 0) limit[channel] = Math.min(limit[channel]!, mostInteger / (Math.abs(value) * input))
  })
  return limit
}

const tied = (kernel: Quantization, input: number, biases: number): Quantization => {
  const channels = kernel.scale.length
  const count = channels === 1 ? 1 : biases
  const scale = Float64Array.from(
    { length: count },
    (_, at) => kernel.scale[channelOf(at, count, channels)]! * input,
  )
  const whole = { dtype: 'int32', scheme: 'symmetric', scale, bias: new Float64Array(count) } as const
  return channels === 1 ? whole : { ...whole, axis: 0 }
}

/**
 * Stores weights in integers of the given formats, with ranges taken from the weights themselves, so that nothing is
 * clamped. `activations` are the formats of the layers' outputs, which decide the scales of biases.
 */
export const quantizeWeights = (
  network: Network,
  weights: readonly Weight[],
  formats: Formats,
  activations: Activations,
): Weight[] => {
  const floats = new Map(weights.map(weight => [weight.name, toFloat(weight)]))
  const ties = tiesOf(network, formats, activations)
  const quantizations = new Map<string, Quantization>()
  for (const { name, shape } of weights) {
    const format = formats.get(name)
    if (!format || ties.has(name)) continue
    const [bias, tie] = [...ties].find(([, { kernel }]) => kernel === name) ?? []
    const channels = format.axis === undefined ? 1 : shape[format.axis]!
    const limit = bias && tie ? limitOf(floats.get(bias)!, tie.input, channels) : undefined
    quantizations.set(name, quantizationOf(floats.get(name)!, shape, format, limit))
  }
  for (const [name, { kernel, input }] of ties)
    quantizations.set(name, tied(quantizations.get(kernel)!, input, floats.get(name)!.length))
  return weights.map(({ name, shape }) => {
    const quantization = quantizations.get(name)
    const data = floats.get(name)!
    return quantization
      ? { name, shape, data: toIntegers(data, shape, quantization), quantization }
      : { name, shape, data }
  })
}

/** The formats that a quantized model's weights have. */
export const formatsOf = (model: Model): Formats =>
  new Map(
    model.weights.flatMap(({ name, quantization }) => {
      if (!quantization) return []
      const { dtype, scheme, axis } = quantization
      return [[name, { dtype, scheme, ...(axis === undefined ? {} : { axis }) }]]
    }),
  )

/** A quantized model with other weights in the same formats, its scales taken from the new weights: what fine-tuning stores. */
export const requantize = (model: Model, floats: ReadonlyMap<string, Float32Array>): Model => ({
  ...model,
  weights: quantizeWeights(
    model.network,
    model.weights.map(({ name, shape, data, quantization }) => {
      const fresh = floats.get(name)
      if (fresh) return { name, shape, data: fresh }
      return { name, shape, data: toFloat({ shape, data, ...(quantization ? { quantization } : {}) }) }
    }),
    formatsOf(model),
    model.marks.activations,
  ),
})
