import { stream } from '../../src/core/random.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { fit } from '../../src/fit/fit.js'
import { initialModel } from '../../src/model/initial.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { networkOf } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { optionsFor } from './fit-rig.js'

const test = suite('memory of a long training')

/** Convolutions of both ways, batch normalization with a relu, depthwise, pooling, an LSTM and a dense layer behind it. */
const network = networkOf(
  [
    { conv2d: { filters: 8, kernelSize: 2, padding: 'same', activation: 'relu' } },
    { conv2d: { filters: 8, kernelSize: 3, padding: 'same', useBias: false } },
    'batchNormalization',
    { activation: { activation: 'relu' } },
    { depthwiseConv2d: { kernelSize: 3, padding: 'same' } },
    { maxPooling2d: { poolSize: [2, 1] } },
    { reshape: { targetShape: [6, 8] } },
    { lstm: { units: 5 } },
    { dropout: { rate: 0.2 } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  [4, 3, 1],
)

test('stays where it is over 2,000 steps', async () => {
  const engine = await openEngine('wasm')
  const runnable = buildRunnable(initialModel(network, 5))
  const options = optionsFor({ runnable })
  const train = (epochs: number): Promise<unknown> =>
    fit({
      ...options,
      epochs,
      optimizer: { name: 'adam', settings: {} },
      learningRate: () => 1e-3,
    })
  await train(4)
  const bytes = engine.memory()
  const tensors = tf.memory().numTensors
  // 45 examples in batches of 10 are five steps an epoch, the last of five examples.
  await train(400)
  assert.is(engine.memory(), bytes)
  assert.is(tf.memory().numTensors, tensors)
  runnable.dispose()
})

test('batches of every size leave nothing behind', async () => {
  const engine = await openEngine('wasm')
  const runnable = buildRunnable(initialModel(network, 5))
  const random = stream(4, 'sizes')
  const forward = (count: number): void =>
    tf.tidy(() => void runnable.forward(tf.ones([count, 4, 3, 1]), { training: false }).output)
  forward(64)
  const bytes = engine.memory()
  const tensors = tf.memory().numTensors
  for (let i = 0; i < 500; i++) forward(1 + random.below(64))
  assert.is(engine.memory(), bytes)
  assert.is(tf.memory().numTensors, tensors)
  runnable.dispose()
})
