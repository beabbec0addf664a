// One engine's side of bench/train.mjs: a process that trains the classic digit CNN, so many steps at a time as asked.
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { stream } from '../src/core/random.js'
import { backendFolder } from '../src/engine/kernels/file.js'
import { openEngine } from '../src/engine/open.js'
import { layers as keras, tf } from '../src/engine/tf.js'

const batch = 128
const L = keras.layers

/**
 * The filter gradient of an unpadded convolution of stride 1, of stock operations: a convolution of the images, channels
 * and batch exchanged, by the output's gradient. The fastest composition that the stock backend has.
 */
const composedFilterGradient = (): void => {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs }) => {
      const x = tf.engine().makeTensorFromTensorInfo(inputs['x'] as tf.TensorInfo) as tf.Tensor4D
      const dy = tf.engine().makeTensorFromTensorInfo(inputs['dy'] as tf.TensorInfo) as tf.Tensor4D
      return tf.tidy(() => {
        const swapped = tf.transpose(x, [3, 1, 2, 0])
        const filter = tf.transpose(dy, [1, 2, 0, 3])
        return tf.transpose(tf.conv2d(swapped, filter, 1, 'valid'), [1, 2, 0, 3])
      })
    },
  })
}

const openStock = async (): Promise<void> => {
  setWasmPaths(`${backendFolder()}/`)
  setThreadsCount(1)
  await tf.setBackend('wasm')
  composedFilterGradient()
}

const classicCnn = (): keras.Sequential => {
  const model = keras.sequential({
    layers: [
      L.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
      L.maxPooling2d({ poolSize: 2 }),
      L.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      L.maxPooling2d({ poolSize: 2 }),
      L.flatten(),
      L.dense({ units: 64, activation: 'relu' }),
      L.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  const random = stream(1, 'bench')
  model.setWeights(
    model.getWeights().map(weight => {
      const fanIn = weight.shape.slice(0, -1).reduce((product, side) => product * side, 1)
      const values = Float32Array.from({ length: weight.size }, () =>
        weight.rank === 1 ? 0 : random.normal() * Math.sqrt(2 / fanIn),
      )
      return tf.tensor(values, weight.shape)
    }),
  )
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' })
  return model
}

/** Milliseconds that each kernel takes in one step, by its tfjs name. */
const kernelTimes = async (step: () => Promise<unknown>, steps: number): Promise<Record<string, number>> => {
  const total: Record<string, number> = {}
  for (const kernel of tf.getKernelsForBackend('wasm')) {
    const { kernelFunc, kernelName } = kernel
    kernel.kernelFunc = params => {
      const started = performance.now()
      const out = kernelFunc(params)
      total[kernelName] = (total[kernelName] ?? 0) + performance.now() - started
      return out
    }
  }
  for (let i = 0; i < steps; i++) await step()
  return Object.fromEntries(Object.entries(total).map(([name, ms]) => [name, ms / steps]))
}

if (process.argv[2] === 'stock') await openStock()
else await openEngine('wasm')

const model = classicCnn()
const random = stream(2, 'bench')
const x = tf.tensor4d(
  Float32Array.from({ length: batch * 784 }, () => random.uniform()),
  [batch, 28, 28, 1],
)
const labels = Int32Array.from({ length: batch }, () => random.below(10))
const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 10)
const step = async (): Promise<number> => (await model.trainOnBatch(x, y)) as number

process.on('message', (asked: { steps: number; kernels: boolean }) => {
  const answer = async (): Promise<void> => {
    if (asked.kernels) {
      process.send?.({ kernels: await kernelTimes(step, asked.steps) })
      return
    }
    const times: number[] = []
    let loss = 0
    for (let i = 0; i < asked.steps; i++) {
      const started = performance.now()
      loss = await step()
      times.push(performance.now() - started)
    }
    process.send?.({ times, loss, tensors: tf.memory().numTensors })
  }
  void answer()
})
process.send?.({ ready: true })
