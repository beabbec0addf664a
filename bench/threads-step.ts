// The process of bench/threads.mjs: trains networks of bench/train-nets.ts as the product does, and changes the number of
// threads from turn to turn, so that all meet the same machine, the same tensors and the same compiled code.
import { createHash } from 'node:crypto'
import { stream } from '../src/core/random.js'
import type { Batch, Split } from '../src/data/dataset.js'
import { openEngine } from '../src/engine/open.js'
import { tf } from '../src/engine/tf.js'
import { losses } from '../src/fit/losses.js'
import { supervised } from '../src/fit/objective.js'
import { createOptimizer } from '../src/fit/optimizer.js'
import { operationTrainer } from '../src/fit/trainer.js'
import { initialModel } from '../src/model/initial.js'
import { buildRunnable } from '../src/model/runnable.js'
import { resolveNetwork } from '../src/network/architecture.js'
import { nets } from './train-nets.js'

const [names = 'cnn', counts = '1,2', rounds = '12', batchSize = '128', kernels = ''] = process.argv.slice(2)
const threads = counts.split(',').map(Number)
const batch = Number(batchSize)

let working = 1
await openEngine('wasm', { threads: () => working })

const trainerOf = (name: string) => {
  const net = nets[name]!
  const { network, faults } = resolveNetwork({ layers: net.layers }, net.input)
  if (!network) throw new Error(faults.map(({ message }) => message).join('\n'))
  const runnable = buildRunnable(initialModel(network, 1))
  const random = stream(2, 'bench')
  const size = net.input.reduce((product, side) => product * side, batch)
  const given: Batch = {
    count: batch,
    x: Float32Array.from({ length: size }, () => random.uniform()),
    labels: Int32Array.from({ length: batch }, () => random.below(net.classes)),
    targets: new Float32Array(0),
    indices: Uint32Array.from({ length: batch }, (_, i) => i),
  }
  const moved = new Map(runnable.trainable.map(weight => [weight, runnable.variables.get(weight)!]))
  const trainer = operationTrainer({
    train: { name: 'train', count: batch, labels: given.labels, batches: () => [given] } as unknown as Split,
    runnable,
    objective: supervised(losses['sparseCategoricalCrossentropy']!({})),
    optimizer: createOptimizer({ name: 'adam', settings: {} }, moved),
    examples: { task: 'classification', inputShape: net.input, outputs: net.classes } as const,
    masks: new Map<string, tf.Tensor>(),
    clip: {},
    trained: runnable.trainable,
  })
  let made = 0
  return {
    step: () => trainer.step(given, { step: made, learningRate: 0.001 }, stream(3, 'noise', made++)),
    digest: (): string => {
      const hash = createHash('sha256')
      for (const weight of runnable.trainable) hash.update(runnable.variables.get(weight)!.dataSync())
      return hash.digest('hex').slice(0, 12)
    },
  }
}

/** Wall time of each kernel by its tfjs name, kernels inside kernels counted with the outer one. */
const total = new Map<string, number>()
const watchKernels = (): void => {
  let depth = 0
  for (const kernel of tf.getKernelsForBackend('wasm')) {
    const { kernelFunc, kernelName } = kernel
    kernel.kernelFunc = params => {
      if (depth++ > 0) {
        depth--
        return kernelFunc(params)
      }
      const started = performance.now()
      try {
        return kernelFunc(params)
      } finally {
        depth--
        total.set(kernelName, (total.get(kernelName) ?? 0) + performance.now() - started)
      }
    }
  }
}
if (kernels) watchKernels()

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!

for (const name of names.split(',')) {
  // The same steps with each number of threads, each on weights of its own, give the same weights.
  const digests: string[] = []
  for (const count of threads) {
    working = count
    const { step, digest } = trainerOf(name)
    for (let i = 0; i < 3; i++) await step()
    digests.push(digest())
  }
  const { step } = trainerOf(name)
  const times = new Map(threads.map(count => [count, [] as number[]]))
  const byKernel = new Map(threads.map(count => [count, new Map<string, number>()]))
  for (let round = 0; round < Number(rounds); round++)
    for (const count of threads) {
      working = count
      // The first after a change wakes threads up.
      await step()
      total.clear()
      for (let i = 0; i < 2; i++) {
        const started = performance.now()
        await step()
        times.get(count)!.push(performance.now() - started)
      }
      for (const [kernel, ms] of total)
        byKernel.get(count)!.set(kernel, (byKernel.get(count)!.get(kernel) ?? 0) + ms / 2 / Number(rounds))
    }
  const middle = threads.map(count => median(times.get(count)!))
  const shown = threads.map((count, i) => {
    const least = Math.min(...times.get(count)!)
    return `${count}: ${middle[i]!.toFixed(1)} ms (least ${least.toFixed(1)})`
  })
  const same = new Set(digests).size === 1 ? 'the same bits' : `OTHER BITS ${digests.join(' ')}`
  console.log(
    `${name.padEnd(10)} ${shown.join('   ')}   ${(middle.at(-1)! / middle[0]!).toFixed(2)}×   ${same}`,
  )
  if (kernels) {
    const first = byKernel.get(threads[0]!)!
    const rows = [...first].sort((a, b) => b[1] - a[1]).filter(([, ms]) => ms > middle[0]! / 100)
    for (const [kernel] of rows)
      console.log(
        `  ${kernel.padEnd(36)} ${threads.map(count => (byKernel.get(count)!.get(kernel) ?? 0).toFixed(2).padStart(8)).join(' ')}`,
      )
  }
}
process.exit(0)
