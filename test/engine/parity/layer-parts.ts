import { tf } from '../../../src/engine/tf.js'
import { drawn } from '../shapes.js'
import { trainable, type LayerCase } from '../trainable-layers.js'
import { readAll, type Case, type Figures } from './parts.js'

/** A layer's output and the gradients of ⟨output, fixed random numbers⟩ by its inputs and weights. */
const outcome = (name: string, each: LayerCase): Promise<Figures> => {
  const layer = each.make()
  const tensors = tf.tidy(() => {
    const inputs = each.inputs.map((shape, i) => {
      const values = drawn(`${name} input ${i}`, shape)
      return each.indices === undefined ? values : tf.floor(tf.mul(tf.sigmoid(values), each.indices))
    })
    const apply = (xs: tf.Tensor[]): tf.Tensor =>
      layer.apply(xs.length === 1 ? xs[0]! : xs, { training: true }) as tf.Tensor
    apply(inputs)
    layer.setWeights(
      layer.getWeights().map((weight, i) => {
        const values = tf.mul(drawn(`${name} weight ${i}`, weight.shape), 0.5)
        return layer.weights[i]!.name.includes('variance') ? tf.abs(values) : values
      }),
    )
    const trained: Record<string, tf.Variable> = {}
    const xs = inputs.map((x, i) => {
      const variable = tf.variable(x, each.indices === undefined)
      if (each.indices === undefined) trained[`input ${i}`] = variable
      return variable
    })
    layer.trainableWeights.forEach((weight, i) => {
      trained[`weight ${i}`] = weight.read() as tf.Variable
    })
    const output = apply(xs)
    const along = drawn(`${name} output`, output.shape)
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(apply(xs), along)) as tf.Scalar,
      Object.values(trained),
    )
    const gradients = Object.entries(trained).map(([key, variable]) => [
      `gradient of ${key}`,
      grads[variable.name]!,
    ])
    return { output, ...Object.fromEntries(gradients) } as Record<string, tf.Tensor>
  })
  return readAll(tensors).finally(() => layer.dispose())
}

/** Every layer type that can be trained: forward and backward. */
export const layerParts: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries(trainable).map(([name, each]) => [
    `layer ${name}`,
    { run: () => outcome(name, each), ...(each.cpuWrong ? { cpuWrong: each.cpuWrong } : {}) },
  ]),
)
