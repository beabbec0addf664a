import { openEngine } from '../../src/engine/open.js'
import { layers, tf } from '../../src/engine/tf.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import { layerNames, layerTypeOf } from '../../src/network/catalogue.js'
import { propagate } from '../../src/network/propagate.js'
import { assert, suite } from '../suite.js'
import { cases } from './catalogue-cases.js'

const test = suite('catalogue against tfjs-layers')

interface Built {
  getClassName(): string
  build(shape: unknown): void
  call(inputs: unknown, options: object): tf.Tensor | tf.Tensor[]
  computeOutputShape(shape: unknown): (number | null)[]
  getWeights(): tf.Tensor[]
  weights: { shape: number[]; originalName: string; trainable: boolean }[]
  setFastWeightInitDuringBuild(fast: boolean): void
}

/** Keras's word for a tfjs weight: `conv2d_Conv2D1/depthwise_kernel_2` is `depthwiseKernel`. */
const word = (name: string): string =>
  name
    .split('/')
    .at(-1)!
    .replace(/_\d+$/, '')
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

test('every layer type has cases', () => {
  assert.equal(Object.keys(cases).sort(), [...layerNames].sort())
})

for (const [type, several] of Object.entries(cases))
  test(`${type}: shapes, weights and counts`, async () => {
    await openEngine('cpu')
    for (const [config, ...inputs] of several) {
      const label = `${type} ${JSON.stringify(config)} on ${JSON.stringify(inputs)}`
      // Two inputs: the network's own, reshaped, stands for each of them.
      const { node, facts } = placed(type, config, inputs)
      const className = layerTypeOf(type).className
      const factory: Record<string, unknown> = { ...layers.layers }
      const key = Object.keys(factory).find(name => name.toLowerCase() === type.toLowerCase())
      assert.ok(key, `${type} in tfjs`)
      const settings = Object.fromEntries(
        Object.entries(node.config).filter(([name]) => !name.endsWith('nitializer')),
      )
      const layer = (factory[key!] as (settings: object) => Built)(settings)
      assert.is(layer.getClassName(), className, label)
      const batched = inputs.map(shape => [2, ...shape])
      const shape = batched.length === 1 ? batched[0] : batched
      assert.equal(layer.computeOutputShape(shape), [2, ...facts.outputShape], label)
      layer.setFastWeightInitDuringBuild(true)
      layer.build(shape)
      assert.equal(
        layer.weights.map(weight => [word(weight.originalName), weight.shape, weight.trainable]),
        facts.weights.map(weight => [weight.weight, weight.shape, weight.trainable]),
        label,
      )
      const tensors = batched.map(each => tf.zeros(each))
      const output = tf.tidy(() => layer.call(tensors.length === 1 ? tensors[0] : tensors, {}))
      const one = Array.isArray(output) ? output[0]! : output
      assert.equal(one.shape, [2, ...facts.outputShape], `${label}, forward`)
    }
  })

function placed(type: string, config: Record<string, unknown>, inputs: readonly (readonly number[])[]) {
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
  const { network, faults } =
    inputs.length === 1
      ? resolveNetwork({ layers: [{ [type]: { ...config, name: 'it' } }] }, inputs[0]!)
      : resolveNetwork(
          {
            layers: [
              ...inputs.flatMap((shape, index) => [
                { flatten: { name: `f${index}`, from: 'input' } },
                { dense: { units: size(shape), name: `d${index}` } },
                { reshape: { targetShape: shape, name: `r${index}` } },
              ]),
              { [type]: { ...config, name: 'it', from: inputs.map((_, index) => `r${index}`) } },
            ],
          },
          [1],
        )
  assert.equal(faults, [], `${type} ${JSON.stringify(config)}`)
  const facts = propagate(network!).nodes.get('it')!
  return { node: network!.layers.at(-1)!, facts }
}
