import { openEngine } from '../../../src/engine/open.js'
import { tf } from '../../../src/engine/tf.js'
import { assert, suite } from '../../suite.js'
import { whyNoWebgpu } from './here.js'
import { threeSteps, type Net } from './nets.js'

const test = suite('memory of webgpu')

const net: Net = {
  shape: [8, 8, 1],
  layers: [
    { conv2d: { filters: 4, kernelSize: 3, activation: 'relu' } },
    'batchNormalization',
    'flatten',
    { dense: { units: 10, activation: 'softmax' } },
  ],
}

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else
  test('is flat over 150 steps, and given back when the next step opens the engine', async () => {
    const engine = await openEngine('webgpu')
    const tensors = tf.memory().numTensors
    // Three steps an epoch; measured once they all have run.
    const held: number[] = []
    const emit = ({ epoch }: { epoch?: number }): void => {
      if (epoch !== undefined) held[epoch] = engine.memory()
    }
    await threeSteps(net, { epochs: 50, emit: emit as never })
    if (process.env['TRIMTAB_SHOW'])
      console.log(
        held.filter((_, i) => i % 20 === 2),
        process.memoryUsage().rss,
      )
    assert.is(tf.memory().numTensors, tensors)
    assert.ok(held[2]! > 0)
    assert.is(held[50], held[2])
    await openEngine('webgpu')
    assert.ok(engine.memory() < held[2]! / 10)
  })
