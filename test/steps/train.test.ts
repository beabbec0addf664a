import type { Progress } from '../../src/core/event.js'
import { tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { contextWith, lines, patterns, runKind, smallNet as small } from './training-rig.js'

const test = suite('step train')

const data = await patterns({ train: 101, validation: 30 })

test('it learns, records every epoch, and leaves the right facts', async () => {
  const seen: Progress[] = []
  const { history, artifact, model, output } = await runKind(
    'train',
    { model: small, epochs: 6, batchSize: 16, optimizer: { adam: { learningRate: 0.01 } } },
    { data: [data] },
    { context: contextWith({ emit: progress => seen.push(progress) }) },
  )
  assert.equal(
    history.map(({ epoch }) => epoch),
    [1, 2, 3, 4, 5, 6],
  )
  assert.ok(history[5]!.train['loss']! < history[0]!.train['loss']! / 2, JSON.stringify(history))
  assert.ok(history[5]!.validation!['accuracy']! > 0.8, JSON.stringify(history[5]))
  assert.is(output.record!['steps'], 6 * 7, 'the last batch of an epoch is smaller, and counts')
  assert.equal(model.classNames, ['ant', 'bee', 'cat'])
  assert.is(artifact.bytes, 4 * model.weights.reduce((sum, { data }) => sum + data.length, 0))
  const last = seen.at(-1)!
  assert.is(last.epoch, 6)
  assert.is(last.done, 1)
  assert.is(last.secondsLeft, 0)
  assert.ok(last.imagesPerSecond! > 0 && last.loss! > 0 && last.metrics!['accuracy']! > 0)
})

test('the same step gives the same bits, another seed others', async () => {
  const once = (seed: number) =>
    runKind('train', { model: small, epochs: 2, batchSize: 16 }, { data: [data] }, { seed })
  const [a, b, c] = [await once(1), await once(1), await once(2)]
  assert.is(a.artifact.digest, b.artifact.digest)
  assert.equal(a.output.record, b.output.record)
  assert.is.not(a.artifact.digest, c.artifact.digest)
})

test('it goes on from a model', async () => {
  const first = await runKind(
    'train',
    { model: small, epochs: 4, batchSize: 16, optimizer: { adam: { learningRate: 0.01 } } },
    { data: [data] },
  )
  const second = await runKind('train', { epochs: 1 }, { data: [data], model: [first.artifact] })
  assert.ok(second.history[0]!.train['loss']! < first.history[0]!.train['loss']!)
  assert.equal(second.model.network, first.model.network)
})

test('early stopping ends with the best epoch’s weights', async () => {
  const written = {
    model: small,
    epochs: 40,
    batchSize: 8,
    optimizer: { adam: { learningRate: 0.02 } },
    earlyStopping: { monitor: 'loss', patience: 3 },
  }
  const stopped = await runKind('train', written, { data: [data] })
  const losses = stopped.history.map(({ validation }) => validation!['loss']!)
  const best = losses.indexOf(Math.min(...losses)) + 1
  assert.ok(stopped.history.length < 40, 'it never stopped')
  assert.is(stopped.history.length, best + 3)
  assert.is(stopped.output.record!['epoch'], best)
  assert.is(stopped.output.record!['stoppedEarly'], true)
  const plain = await runKind(
    'train',
    { ...written, earlyStopping: undefined, epochs: best },
    { data: [data] },
  )
  assert.equal(
    plain.model.weights.map(({ data }) => [...data]),
    stopped.model.weights.map(({ data }) => [...data]),
  )
})

test('numbers are learnt too', async () => {
  const { history } = await runKind(
    'train',
    {
      model: { layers: [{ dense: { units: 2 } }] },
      epochs: 60,
      batchSize: 10,
      optimizer: { sgd: { learningRate: 0.1 } },
      metrics: ['meanAbsoluteError', 'meanSquaredError'],
    },
    { data: [await lines(50)] },
  )
  const { loss, meanSquaredError, meanAbsoluteError } = history.at(-1)!.train
  assert.ok(loss! < 1e-6 && meanAbsoluteError! < 1e-3, JSON.stringify(history.at(-1)))
  assert.ok(Math.abs(loss! - meanSquaredError!) < 1e-9)
})

test('a schedule’s values are met exactly', async () => {
  const { history } = await runKind(
    'train',
    {
      model: { layers: ['flatten', { dense: { units: 3, activation: 'softmax' } }] },
      epochs: 4,
      batchSize: 51,
      optimizer: {
        sgd: {
          learningRate: { polynomial: { from: 0.1, to: 0.02, begin: '1 epoch', end: '3 epochs', power: 3 } },
        },
      },
    },
    { data: [data] },
  )
  // Two steps an epoch: epoch 3 starts half of the way.
  assert.equal(
    history.map(({ learningRate }) => learningRate),
    [0.1, 0.1, 0.02 + (0.1 - 0.02) * 0.5 ** 3, 0.02],
  )
})

test('memory stays flat, and nothing is left behind', async () => {
  const once = (epochs: number) => runKind('train', { model: small, epochs, batchSize: 16 }, { data: [data] })
  await once(1)
  const before = tf.memory().numTensors
  await once(3)
  assert.is(tf.memory().numTensors, before)
  const counts: number[] = []
  await runKind(
    'train',
    {
      model: small,
      epochs: 3,
      batchSize: 16,
      clipNorm: 1,
      l1: 1e-4,
      l2: 1e-4,
      optimizer: { adam: { weightDecay: 0.01 } },
      classWeights: 'balanced',
    },
    { data: [data] },
    { context: contextWith({ emit: () => counts.push(tf.memory().numTensors) }) },
  )
  assert.is(new Set(counts).size, 1, `${counts.join(', ')} tensors from step to step`)
  assert.is(tf.memory().numTensors, before)
})

test('weighing one class alone makes the network see it alone', async () => {
  const { history } = await runKind(
    'train',
    {
      model: small,
      epochs: 6,
      batchSize: 16,
      optimizer: { adam: { learningRate: 0.02 } },
      classWeights: { ant: 1, bee: 0, '2': 0 },
    },
    { data: [data] },
  )
  assert.ok(history.at(-1)!.validation!['accuracy']! < 0.5, JSON.stringify(history))
})

test('weight decay, lasso and ridge shrink weights; lasso draws most of them to nearly 0', async () => {
  const total = async (more: object): Promise<number> => {
    const { model } = await runKind(
      'train',
      {
        model: { layers: ['flatten', { dense: { units: 3, activation: 'softmax' } }] },
        epochs: 8,
        batchSize: 16,
        optimizer: { sgd: { learningRate: 0.05 } },
        ...more,
      },
      { data: [data] },
    )
    return Float64Array.from(model.weights[0]!.data).reduce((sum, w) => sum + Math.abs(w), 0)
  }
  const plain = await total({})
  assert.ok((await total({ optimizer: { sgd: { learningRate: 0.05, weightDecay: 0.5 } } })) < plain * 0.8)
  assert.ok((await total({ l2: 0.05 })) < plain * 0.9)
  assert.ok((await total({ l1: 0.05 })) < plain * 0.7)
})
