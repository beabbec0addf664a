import { createHash } from 'node:crypto'
import { nets } from '../../bench/train-nets.js'
import { stream } from '../../src/core/random.js'
import type { Batch, Split } from '../../src/data/dataset.js'
import { openEngine } from '../../src/engine/open.js'
import type { tf } from '../../src/engine/tf.js'
import { helpedPieces } from '../../src/engine/wasm.js'
import { losses } from '../../src/fit/losses.js'
import { supervised } from '../../src/fit/objective.js'
import { createOptimizer } from '../../src/fit/optimizer.js'
import { operationTrainer } from '../../src/fit/trainer.js'
import { initialModel } from '../../src/model/initial.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import { assert, suite } from '../suite.js'

const test = suite('networks on several threads, as the product trains them')

let working = 1
await openEngine('wasm', { threads: () => working })

/** The SHA-256 of a network's trained weights after two steps on a batch whose size is no multiple of anything. */
const trained = async (name: string, batch: number): Promise<string> => {
  const net = nets[name]!
  const { network } = resolveNetwork({ layers: net.layers }, net.input)
  const runnable = buildRunnable(initialModel(network!, 1))
  const random = stream(2, name)
  const size = net.input.reduce((product, side) => product * side, batch)
  const given: Batch = {
    count: batch,
    x: Float32Array.from({ length: size }, () => random.uniform()),
    labels: Int32Array.from({ length: batch }, () => random.below(net.classes)),
    targets: new Float32Array(0),
    indices: Uint32Array.from({ length: batch }, (_, i) => i),
  }
  const variables = new Map(runnable.trainable.map(weight => [weight, runnable.variables.get(weight)!]))
  const trainer = operationTrainer({
    train: { name: 'train', count: batch, labels: given.labels, batches: () => [given] } as unknown as Split,
    runnable,
    objective: supervised(losses['sparseCategoricalCrossentropy']!({})),
    optimizer: createOptimizer({ name: 'adam', settings: {} }, variables),
    examples: { task: 'classification', inputShape: net.input, outputs: net.classes },
    masks: new Map<string, tf.Tensor>(),
    clip: {},
    trained: runnable.trainable,
  })
  for (let step = 0; step < 2; step++)
    await trainer.step(given, { step, learningRate: 0.001 }, stream(3, 'noise', step))
  const hash = createHash('sha256')
  for (const variable of variables.values()) hash.update(variable.dataSync())
  return hash.digest('hex')
}

const recurrent = { lstm: 115, gru: 115, simplernn: 120, stacked: 115 }

for (const [name, batch] of Object.entries({ cnn: 45, mlp: 21, resnet: 37, mobilenet: 43, ...recurrent }))
  test(`${name}: the same weights with 1, 2, 3 and 4 threads`, async () => {
    working = 1
    const alone = await trained(name, batch)
    const before = helpedPieces()
    for (const count of [2, 3, 4]) {
      working = count
      assert.is(await trained(name, batch), alone, `${count} threads`)
    }
    // On a busy machine the threads are long in coming.
    for (let more = 0; more < 20 && helpedPieces() === before; more++)
      assert.is(await trained(name, batch), alone)
    assert.ok(helpedPieces() > before)
  })
