import { layers as layersLibrary, tf } from '../../src/engine/tf.js'
import type { Model } from '../../src/model/model.js'
import { initialModel } from '../../src/model/initial.js'
import { toFloat } from '../../src/model/quantization.js'
import type { Network } from '../../src/network/network.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import { stream } from '../../src/core/random.js'

/** A network from layers as a recipe writes them; throws with the faults where they do not fit. */
export const networkOf = (layers: readonly unknown[], inputShape: readonly number[]): Network => {
  const { network, faults } = resolveNetwork({ layers }, inputShape)
  if (!network) throw new Error(faults.map(fault => `${fault.path?.join('.')}: ${fault.message}`).join('\n'))
  return network
}

/** Fresh weights with every weight moved off its usual start, so that no bias is 0 and no gamma 1. */
export const stirredModel = (network: Network, seed: number): Model => {
  const model = initialModel(network, seed)
  return {
    ...model,
    weights: model.weights.map(weight => {
      const random = stream(seed, 'stir', weight.name)
      const positive = /variance/i.test(weight.name)
      const data = toFloat(weight).map(value =>
        positive ? 0.5 + random.uniform() : value + 0.2 * (random.uniform() - 0.5),
      )
      return { ...weight, data }
    }),
  }
}

export const randomInput = (shape: readonly number[], seed = 1): tf.Tensor => {
  const random = stream(seed, 'input')
  const size = shape.reduce((a, b) => a * b, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    [...shape],
  )
}

type Built = InstanceType<typeof layersLibrary.layers.Layer>

/** A layer of the tensor library by our name of its type. */
export const tfLayer = (type: string, config: Record<string, unknown>): Built => {
  const name = type === 'cropping2d' ? 'cropping2D' : type
  const factory = (layersLibrary.layers as Record<string, unknown>)[name]
  return (factory as (config: object) => Built)(config)
}

/** The same network through tfjs-layers' own model, given our weights layer by layer: the oracle of forward passes. */
export const oracle = (
  model: Model,
  make: (type: string, config: Record<string, unknown>) => Built,
): layersLibrary.LayersModel => {
  const { network } = model
  const input = layersLibrary.input({ shape: [...network.inputShape] })
  const outputs = new Map<string, layersLibrary.SymbolicTensor>([['input', input]])
  for (const node of network.layers) {
    const layer = make(node.type, { ...node.config })
    const from = node.from.map(name => outputs.get(name)!)
    outputs.set(node.name, layer.apply(from.length === 1 ? from[0]! : from) as layersLibrary.SymbolicTensor)
    const weights = model.weights.filter(({ name }) => name.startsWith(`${node.name}/`))
    layer.setWeights(weights.map(weight => tf.tensor(toFloat(weight), [...weight.shape])))
  }
  return layersLibrary.model({ inputs: input, outputs: outputs.get(network.output)! })
}

/** Largest absolute difference; infinite where the lengths differ or a number is not finite. */
export const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Infinity
  let most = 0
  for (let at = 0; at < a.length; at++) {
    const difference = Math.abs(a[at]! - b[at]!)
    if (!(difference <= most)) most = Number.isFinite(difference) ? difference : Infinity
  }
  return most
}
