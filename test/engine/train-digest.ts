// A worker thread (or a call) that trains small networks and gives the digest of all their weights.
import { createHash } from 'node:crypto'
import { isMainThread, parentPort } from 'node:worker_threads'
import { stream } from '../../src/core/random.js'
import { openEngine } from '../../src/engine/open.js'
import { layers as keras, tf } from '../../src/engine/tf.js'
import { drawn } from './shapes.js'

const L = keras.layers
const image = [8, 8, 3]

/** Networks that, between them, train every kernel of ours. */
const networks: Record<string, () => { model: keras.Sequential; input: number[]; whole?: number }> = {
  convolutional: () => ({
    input: image,
    model: keras.sequential({
      layers: [
        L.conv2d({
          inputShape: image as [number, number, number],
          filters: 8,
          kernelSize: 3,
          padding: 'same',
        }),
        L.batchNormalization({}),
        L.activation({ activation: 'relu' }),
        L.maxPooling2d({ poolSize: 2 }),
        L.separableConv2d({ filters: 9, kernelSize: 3, padding: 'same', activation: 'relu' }),
        L.averagePooling2d({ poolSize: 2 }),
        L.conv2dTranspose({ filters: 5, kernelSize: 2, strides: 2 }),
        L.flatten(),
        L.dense({ units: 4, activation: 'softmax' }),
      ],
    }),
  }),
  lstm: () => ({
    input: [6],
    whole: 11,
    model: keras.sequential({
      layers: [
        L.embedding({ inputDim: 11, outputDim: 5, inputLength: 6 }),
        L.lstm({ units: 7 }),
        L.dense({ units: 4, activation: 'softmax' }),
      ],
    }),
  }),
  gru: () => ({
    input: [6, 3],
    model: keras.sequential({
      layers: [L.gru({ units: 7, inputShape: [6, 3] }), L.dense({ units: 4, activation: 'softmax' })],
    }),
  }),
}

/** Trains the network so many Adam steps from drawn weights on drawn data; the SHA-256 of all its weights. */
export const trainedDigest = async (name: string, steps: number): Promise<string> => {
  await openEngine('wasm')
  const { model, input, whole } = networks[name]!()
  tf.tidy(() =>
    model.setWeights(
      model
        .getWeights()
        .map((weight, i) =>
          model.weights[i]!.name.includes('variance')
            ? tf.ones(weight.shape)
            : tf.mul(drawn(`${name} ${i}`, weight.shape), 0.3),
        ),
    ),
  )
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
  const random = stream(3, name)
  for (let step = 0; step < steps; step++) {
    const count = 5 + (step % 3)
    const size = input.reduce((product, side) => product * side, count)
    const values = Float32Array.from({ length: size }, () =>
      whole === undefined ? random.normal() : random.below(whole),
    )
    const x = tf.tensor(values, [count, ...input])
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

export const networkNames = Object.keys(networks)

if (!isMainThread && parentPort) {
  const digests: Record<string, string> = {}
  for (const name of networkNames) digests[name] = await trainedDigest(name, 6)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread's port has none
  parentPort.postMessage(digests)
}
