// One side of bench/train.mjs: a process that trains a network of bench/train-nets.ts the way that the product does, so
// many steps at a time as asked.
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

const [engine = 'wasm', name = 'cnn', count = '128'] = process.argv.slice(2)
const batch = Number(count)

const opened = await openEngine(engine as 'wasm')

const net = nets[name]!
const { network, faults } = resolveNetwork({ layers: net.layers }, net.input)
if (!network) throw new Error(faults.map(fault => fault.message).join('\n'))
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
const parts = {
  train: { name: 'train', count: batch, labels: given.labels, batches: () => [given] } as unknown as Split,
  runnable,
  objective: supervised(losses['sparseCategoricalCrossentropy']!({})),
  optimizer: createOptimizer({ name: 'adam', settings: {} }, moved),
  examples: { task: 'classification', inputShape: net.input, outputs: net.classes } as const,
  masks: new Map<string, tf.Tensor>(),
  clip: {},
  trained: runnable.trainable,
}
const trainer = operationTrainer(parts)
let made = 0
const step = async (): Promise<number> =>
  (await trainer.step(given, { step: made, learningRate: 0.001 }, stream(3, 'noise', made++))).loss

/** Milliseconds of the processor and calls of each kernel in one step, by its tfjs name. */
const kernelTimes = async (steps: number): Promise<Record<string, [ms: number, calls: number]>> => {
  const total: Record<string, [number, number]> = {}
  for (const kernel of tf.getKernelsForBackend(tf.getBackend())) {
    const { kernelFunc, kernelName } = kernel
    kernel.kernelFunc = params => {
      const before = process.cpuUsage()
      const out = kernelFunc(params)
      const sum = (total[kernelName] ??= [0, 0])
      const { user, system } = process.cpuUsage(before)
      sum[0] += (user + system) / 1000
      sum[1]++
      return out
    }
  }
  for (let i = 0; i < steps; i++) await step()
  return Object.fromEntries(
    Object.entries(total).map(([kernel, [ms, calls]]) => [kernel, [ms / steps, calls / steps]]),
  )
}

process.on('message', (asked: { steps: number; kernels: boolean }) => {
  const answer = async (): Promise<void> => {
    if (asked.kernels) {
      process.send?.({ kernels: await kernelTimes(asked.steps) })
      return
    }
    const times: number[] = []
    const used: number[] = []
    let loss = 0
    for (let i = 0; i < asked.steps; i++) {
      const started = performance.now()
      const before = process.cpuUsage()
      loss = await step()
      times.push(performance.now() - started)
      const { user, system } = process.cpuUsage(before)
      used.push((user + system) / 1000)
    }
    process.send?.({ times, used, loss, tensors: tf.memory().numTensors, memory: opened.memory() })
  }
  void answer()
})
process.send?.({ ready: true })
