// A worker thread (or a call) that trains networks large enough to be shared out among threads.
import { createHash } from 'node:crypto'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { stream } from '../../src/core/random.js'
import { openEngine } from '../../src/engine/open.js'
import { layers as keras, tf } from '../../src/engine/tf.js'
import { drawn } from './shapes.js'

const L = keras.layers
const image: [number, number, number] = [22, 22, 8]

/** Between them they use every kernel that works in pieces, and sizes that are no multiple of any block. */
export const wideNetworks: Record<string, () => keras.Sequential> = {
  convolutional: () =>
    keras.sequential({
      layers: [
        L.conv2d({ inputShape: image, filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }),
        L.conv2d({ filters: 19, kernelSize: 5, strides: 2 }),
        L.batchNormalization({}),
        L.activation({ activation: 'relu' }),
        L.maxPooling2d({ poolSize: 2, strides: 1 }),
        L.depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
        L.conv2d({ filters: 40, kernelSize: 1, activation: 'relu' }),
        L.averagePooling2d({ poolSize: 2 }),
        L.flatten(),
        L.dense({ units: 301, activation: 'relu' }),
        L.dense({ units: 4, activation: 'softmax' }),
      ],
    }),
  recurrent: () =>
    keras.sequential({
      layers: [
        L.reshape({ inputShape: image, targetShape: [22, 176] }),
        L.lstm({ units: 70, recurrentInitializer: 'glorotUniform' }),
        L.dense({ units: 4, activation: 'softmax' }),
      ],
    }),
}

/** Trains it three Adam steps on as many threads as `threads` says before each job; the SHA-256 of all its weights. */
export const wideDigest = async (name: string, threads: () => number): Promise<string> => {
  await openEngine('wasm', { threads })
  const model = wideNetworks[name]!()
  tf.tidy(() =>
    model.setWeights(
      model
        .getWeights()
        .map((weight, i) =>
          model.weights[i]!.name.includes('variance')
            ? tf.ones(weight.shape)
            : tf.mul(drawn(`${name} ${i}`, weight.shape), 0.1),
        ),
    ),
  )
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
  const random = stream(4, name)
  for (let step = 0; step < 3; step++) {
    const count = 61 + step
    const size = image.reduce((product, side) => product * side, count)
    const x = tf.tensor(
      Float32Array.from({ length: size }, () => random.uniform() - 0.5),
      [count, ...image],
    )
    const labels = Array.from({ length: count }, () => random.below(4))
    const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 4))
    await model.trainOnBatch(x, y)
    tf.dispose([x, y])
  }
  const hash = createHash('sha256')
  for (const weight of model.getWeights()) hash.update(weight.dataSync())
  model.optimizer.dispose()
  model.dispose()
  return hash.digest('hex')
}

if (!isMainThread && parentPort && workerData === 'train for ever')
  for (let step = 0; ; step++) {
    await wideDigest('convolutional', () => 3)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread's port has none
    parentPort.postMessage(step)
  }
