// A process of its own that opens one built engine and trains with it: what cannot run here must not take a command
// along. Its only argument is the engine's folder; it writes one line of JSON.
import { basename, dirname } from 'node:path'
import { openCpu } from '../cpu.js'
import { layers, tf } from '../tf.js'
import { readBuilt } from './built.js'
import { installedPackage } from './installed.js'
import { openBuilt } from './open.js'

/** What a trial found. */
export interface Trial {
  /** Does it compute on a GPU? */
  readonly gpu: boolean
  /** The largest difference to the cpu engine of any weight after three Adam steps of a small CNN. */
  readonly difference: number
  /** Milliseconds that opening took. */
  readonly opened: number
}

const seeded = (seed: number): ReturnType<typeof layers.initializers.glorotUniform> =>
  layers.initializers.glorotUniform({ seed })

/** Three Adam steps of a small CNN; all its weights. */
const train = async (): Promise<number[]> => {
  const { conv2d, batchNormalization, maxPooling2d, flatten, dense } = layers.layers
  const net = layers.sequential({
    layers: [
      conv2d({
        inputShape: [8, 8, 3],
        filters: 6,
        kernelSize: 3,
        kernelInitializer: seeded(1),
        activation: 'relu',
      }),
      batchNormalization(),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 4, activation: 'softmax', kernelInitializer: seeded(2) }),
    ],
  })
  net.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
  const x = tf.randomUniform([16, 8, 8, 3], -1, 1, 'float32', 3)
  const y = tf.oneHot(
    Array.from({ length: 16 }, (_, i) => i % 4),
    4,
  )
  for (let step = 0; step < 3; step++) await net.trainOnBatch(x, y)
  return net.getWeights().flatMap(weight => [...weight.dataSync()])
}

const main = async (folder: string): Promise<Trial> => {
  const engine = readBuilt(dirname(folder), basename(folder))
  const found = installedPackage()
  if (!engine || !found) throw new Error('there is no engine to try')
  await openCpu()
  const wanted = await train()
  const started = performance.now()
  await openBuilt(engine, found)
  const opened = performance.now() - started
  const got = await train()
  const difference = Math.max(...got.map((value, i) => Math.abs(value - wanted[i]!)))
  const { isUsingGpuDevice } = tf.backend() as tf.KernelBackend & { isUsingGpuDevice?: boolean }
  return { gpu: isUsingGpuDevice === true, difference, opened }
}

process.stdout.write(`\n${JSON.stringify(await main(process.argv[2] ?? ''))}\n`)
