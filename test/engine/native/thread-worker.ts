// A thread that opens the native engine and trains until it is told how many steps, or for ever; says each step.
import { parentPort, workerData } from 'node:worker_threads'
import { openEngine } from '../../../src/engine/open.js'
import { layers, tf } from '../../../src/engine/tf.js'

const { steps } = workerData as { steps: number }
await openEngine('native')
const net = layers.sequential({
  layers: [
    layers.layers.conv2d({ inputShape: [16, 16, 3], filters: 16, kernelSize: 3, activation: 'relu' }),
    layers.layers.flatten(),
    layers.layers.dense({ units: 4, activation: 'softmax' }),
  ],
})
net.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
const x = tf.ones([32, 16, 16, 3])
const y = tf.oneHot(
  Array.from({ length: 32 }, (_, i) => i % 4),
  4,
)
for (let step = 0; step < steps; step++) {
  const loss = (await net.trainOnBatch(x, y)) as number
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread's port has none
  parentPort!.postMessage(loss)
}
