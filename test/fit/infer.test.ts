import { Cancelled } from '../../src/core/step-file.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { infer } from '../../src/fit/infer.js'
import { initialModel } from '../../src/model/initial.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { assert, suite } from '../suite.js'
import { network, train } from './fit-rig.js'

const test = suite('infer')

test.before(async () => {
  await openEngine('wasm')
})

test('every example passes once, in order, with the layers asked for', async () => {
  const runnable = buildRunnable(initialModel(network, 5))
  const before = tf.memory().numTensors
  for (const batchSize of [1, 7, 45, 100]) {
    const indices: number[] = []
    const outputs: number[] = []
    let done = 0
    await infer(
      runnable,
      train,
      { batchSize, taps: ['flatten_1', network.output], emit: progress => (done = progress.done!) },
      (batch, output, taps) => {
        indices.push(...batch.indices)
        outputs.push(...output)
        assert.is(taps['flatten_1']!.length, batch.count * 30)
        assert.equal([...taps[network.output]!], [...output])
      },
    )
    assert.equal(
      indices,
      Array.from({ length: 45 }, (_, at) => at),
    )
    assert.is(outputs.length, 45 * 3)
    for (let at = 0; at < 45; at++)
      assert.ok(Math.abs(outputs[at * 3]! + outputs[at * 3 + 1]! + outputs[at * 3 + 2]! - 1) < 1e-6)
    assert.is(done, 1)
  }
  assert.is(tf.memory().numTensors, before)
  runnable.dispose()
})

test('it ends between batches when cancelled', async () => {
  const runnable = buildRunnable(initialModel(network, 5))
  let batches = 0
  try {
    await infer(runnable, train, { batchSize: 5, cancelled: () => batches === 3 }, () => batches++)
    assert.unreachable()
  } catch (error) {
    assert.instance(error, Cancelled)
  }
  assert.is(batches, 3)
  runnable.dispose()
})
