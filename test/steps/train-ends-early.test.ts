import { ProblemError } from '../../src/core/problem.js'
import { Cancelled } from '../../src/core/step-file.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { context, contextWith, patterns, runKind, smallNet as small } from './training-rig.js'

const test = suite('step train that does not come to its end')
await openEngine('wasm')
const data = await patterns({ train: 101, validation: 30 })

test('a loss that is no number any more ends it with a problem, and stores nothing', async () => {
  const before = tf.memory().numTensors
  let stored = 0
  const watching = contextWith({
    put: async () => {
      stored++
      throw new Error('nothing may be stored')
    },
  })
  try {
    await runKind(
      'train',
      {
        model: { layers: ['flatten', { dense: { units: 3 } }] },
        loss: 'meanSquaredError',
        epochs: 50,
        optimizer: { sgd: { learningRate: 1e6 } },
      },
      { data: [data] },
      { context: watching },
    )
    assert.unreachable()
  } catch (error) {
    assert.instance(error, ProblemError)
    const [problem] = (error as ProblemError).problems
    assert.is(problem!.code, 'training-diverged')
    assert.match(problem!.message, /epoch \d+, batch \d+/)
    assert.ok(problem!.hint)
  }
  assert.is(stored, 0)
  assert.is(tf.memory().numTensors, before)
})

test('weights that the very last step ruined are not stored, though no loss told', async () => {
  let stored = 0
  const one = await patterns({ train: 16 })
  try {
    await runKind(
      'train',
      {
        model: { layers: ['flatten', { dense: { units: 3 } }] },
        loss: 'meanSquaredError',
        epochs: 1,
        batchSize: 16,
        optimizer: { sgd: { learningRate: 1e39 } },
      },
      { data: [one] },
      { context: contextWith({ put: async bytes => (stored++, context.put(bytes)) }) },
    )
    assert.unreachable()
  } catch (error) {
    assert.instance(error, ProblemError)
    const [problem] = (error as ProblemError).problems
    assert.is(problem!.code, 'training-diverged')
    assert.match(problem!.message, /^weight "dense_1\/(kernel|bias)" holds (NaN|-?Infinity) after epoch 1$/)
  }
  assert.is(stored, 0)
})

test('it is cancelled within one batch', async () => {
  let asked = 0
  let batches = 0
  try {
    await runKind(
      'train',
      { model: small, epochs: 50, batchSize: 16 },
      { data: [data] },
      { context: contextWith({ cancelled: () => ++asked > 9, emit: () => batches++ }) },
    )
    assert.unreachable()
  } catch (error) {
    assert.instance(error, Cancelled)
  }
  assert.ok(batches <= 9)
})
