import { openEngine } from '../../src/engine/open.js'
import { layers as keras, tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'

const test = suite('what tfjs cannot train')
const L = keras.layers
type Layer = InstanceType<typeof L.Layer>

/** Layer, the shape of its input, and what tfjs says of its gradient. src/engine/README.md lists them. */
const cases: Record<string, [() => Layer, number[], RegExp]> = {
  'conv1d dilated': [
    () => L.conv1d({ filters: 2, kernelSize: 2, dilationRate: 2 }),
    [1, 6, 2],
    /dilation rates/,
  ],
  'conv2d dilated': [
    () => L.conv2d({ filters: 2, kernelSize: 2, dilationRate: 2 }),
    [1, 6, 6, 2],
    /dilation rates/,
  ],
  'separableConv2d dilated': [
    () => L.separableConv2d({ filters: 2, kernelSize: 2, dilationRate: 2 }),
    [1, 6, 6, 2],
    /dilation rates/,
  ],
  'conv1d causal': [
    () => L.conv1d({ filters: 2, kernelSize: 2, padding: 'causal' }),
    [1, 6, 2],
    /CAUSAL padding mode/,
  ],
  conv3dTranspose: [
    () => L.conv3dTranspose({ filters: 2, kernelSize: 2 }),
    [1, 3, 3, 3, 2],
    /Conv3DBackpropInput/,
  ],
  thresholdedReLU: [() => L.thresholdedReLU({ theta: 0.5 }), [2, 5], /gradient/],
}

test('each case of the list in the engine room fails, for the reason given there', async () => {
  await openEngine('wasm')
  const said: string[] = []
  for (const [name, [make, shape, why]] of Object.entries(cases)) {
    let message = 'trains'
    try {
      const layer = make()
      const x = tf.randomNormal(shape, 0, 1, 'float32', 1)
      tf.grad((t: tf.Tensor) => tf.sum(layer.apply(t) as tf.Tensor))(x)
    } catch (error) {
      message = (error as Error).message
    }
    if (!why.test(message)) said.push(`${name}: ${message}`)
  }
  assert.equal(said, [])
})
