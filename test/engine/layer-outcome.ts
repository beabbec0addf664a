import { tf } from '../../src/engine/tf.js'
import { drawn } from './shapes.js'
import type { LayerCase } from './trainable-layers.js'

export interface LayerOutcome {
  readonly output: Float32Array
  readonly gradients: Readonly<Record<string, Float32Array>>
}

const values = async (tensor: tf.Tensor): Promise<Float32Array> => (await tensor.data()) as Float32Array

/**
 * A layer's output and the gradients of ⟨output, fixed random numbers⟩ by its weights and inputs, on the engine that is
 * open. Never reads in mid-way: an engine may keep its tensors on a GPU.
 */
export const layerOutcome = async (name: string, each: LayerCase): Promise<LayerOutcome> => {
  const layer = each.make()
  const inputs = each.inputs.map((shape, i) => {
    const normal = drawn(`${name} input ${i}`, shape)
    return each.indices === undefined ? normal : tf.floor(tf.mul(tf.sigmoid(normal), each.indices))
  })
  const apply = (xs: tf.Tensor[]): tf.Tensor =>
    layer.apply(xs.length === 1 ? xs[0]! : xs, { training: true }) as tf.Tensor
  apply(inputs)
  layer.setWeights(
    layer.getWeights().map((weight, i) => {
      const normal = tf.mul(drawn(`${name} weight ${i}`, weight.shape), 0.5)
      return layer.weights[i]!.name.includes('variance') ? tf.abs(normal) : normal
    }),
  )
  const xs = inputs.map(x => tf.variable(x, each.indices === undefined))
  const trained: Record<string, tf.Variable> = {}
  if (each.indices === undefined) xs.forEach((x, i) => (trained[`input ${i}`] = x))
  layer.trainableWeights.forEach((weight, i) => {
    trained[`weight ${i}`] = weight.read() as tf.Variable
  })
  const output = apply(xs)
  const along = drawn(`${name} output`, output.shape)
  const { grads } = tf.variableGrads(
    () => tf.sum(tf.mul(apply(xs), along)) as tf.Scalar,
    Object.values(trained),
  )
  const gradients: Record<string, Float32Array> = {}
  for (const [key, variable] of Object.entries(trained)) gradients[key] = await values(grads[variable.name]!)
  return { output: await values(output), gradients }
}
