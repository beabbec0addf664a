import { tf } from '../../src/engine/tf.js'
import { ProblemError } from '../../src/core/problem.js'
import { assert, suite } from '../suite.js'
import { contextWith, lines, patterns, runKind } from './training-rig.js'

const test = suite('step distill')

const data = await patterns({ train: 100, validation: 33 })
const teacherLayers = [
  { conv2d: { name: 'seen', filters: 6, kernelSize: 3, activation: 'relu' } },
  'flatten',
  { dense: { name: 'middle', units: 12, activation: 'relu' } },
  { dense: { name: 'out', units: 3, activation: 'softmax' } },
]
const teacher = await runKind(
  'train',
  { model: { layers: teacherLayers }, epochs: 8, batchSize: 16, optimizer: { adam: { learningRate: 0.01 } } },
  { data: [data] },
)
const second = await runKind(
  'train',
  {
    model: { layers: ['flatten', { dense: { units: 3, activation: 'softmax' } }] },
    epochs: 8,
    batchSize: 16,
  },
  { data: [data] },
)
const student = {
  layers: [
    { conv2d: { name: 'seen', filters: 2, kernelSize: 3, activation: 'relu' } },
    'flatten',
    { dense: { name: 'middle', units: 12, activation: 'relu' } },
    { dense: { name: 'out', units: 3, activation: 'softmax' } },
  ],
}
const settings = { model: student, epochs: 8, batchSize: 16, optimizer: { adam: { learningRate: 0.01 } } }

test('a student comes to say what its teachers say', async () => {
  const listen = (alpha: number) =>
    runKind(
      'distill',
      { ...settings, alpha },
      { data: [data], teachers: [teacher.artifact, second.artifact] },
    )
  const { history, output, model } = await listen(1)
  assert.ok(history.at(-1)!.train['loss']! < history[0]!.train['loss']! / 4, JSON.stringify(history))
  const { similarity } = output.metrics!['validation']!
  assert.is(similarity, history.at(-1)!.validation!['similarity'])
  assert.ok(similarity! < history[0]!.validation!['similarity']!)
  const deaf = (await listen(0)).output.metrics!['validation']!['similarity']!
  assert.ok(similarity! < deaf, `${similarity} listening, ${deaf} deaf`)
  assert.is(model.weights.length, 6, 'nothing of the teachers stays in it')
})

test('the similarity reported is that of the epoch whose weights it has', async () => {
  const { history, output } = await runKind(
    'distill',
    {
      ...settings,
      epochs: 12,
      earlyStopping: { monitor: 'loss', patience: 2 },
      optimizer: { adam: { learningRate: 0.05 } },
    },
    { data: [data], teachers: [teacher.artifact] },
  )
  const best = output.record!['epoch'] as number
  assert.is(output.metrics!['validation']!['similarity'], history[best - 1]!.validation!['similarity'])
})

test('hints draw layers together, through a learned map where widths differ', async () => {
  const hinted = await runKind(
    'distill',
    {
      ...settings,
      hints: [
        { teacher: 'seen', student: 'seen', weight: 2 },
        { teacher: 'middle', student: 'middle' },
      ],
    },
    { data: [data], teachers: [teacher.artifact] },
  )
  assert.ok(hinted.history.at(-1)!.train['loss']! < hinted.history[0]!.train['loss']!)
  assert.equal(
    hinted.model.weights.map(({ name }) => name),
    ['seen/kernel', 'seen/bias', 'middle/kernel', 'middle/bias', 'out/kernel', 'out/bias'],
  )
})

test('a strong weight penalty holds the weights that both have', async () => {
  const apart = async (weightPenalty: number): Promise<number> => {
    const { model } = await runKind(
      'distill',
      { ...settings, weightPenalty },
      { data: [data], teachers: [teacher.artifact] },
    )
    const of = (weights: typeof model.weights) => weights.find(({ name }) => name === 'out/kernel')!.data
    const theirs = of(teacher.model.weights)
    return Float64Array.from(of(model.weights)).reduce((sum, w, at) => sum + Math.abs(w - theirs[at]!), 0)
  }
  assert.ok((await apart(0.1)) < (await apart(0)) / 3)
})

test('a temperature may follow a schedule; same recipe, same bits; no tensor is left', async () => {
  const once = () =>
    runKind(
      'distill',
      {
        ...settings,
        epochs: 2,
        temperature: { cosine: { from: 8, to: 1, end: '2 epochs' } },
        hints: [{ teacher: 'seen', student: 'seen' }],
      },
      { data: [data], teachers: [teacher.artifact] },
    )
  const first = await once()
  const before = tf.memory().numTensors
  assert.is((await once()).artifact.digest, first.artifact.digest)
  assert.is(tf.memory().numTensors, before)
  const fixed = await runKind(
    'distill',
    { ...settings, epochs: 2, hints: [{ teacher: 'seen', student: 'seen' }] },
    { data: [data], teachers: [teacher.artifact] },
  )
  assert.is.not(fixed.artifact.digest, first.artifact.digest)
})

test('numbers are distilled too', async () => {
  const numbers = await lines(60)
  const line = {
    model: { layers: [{ dense: { units: 2 } }] },
    batchSize: 10,
    optimizer: { sgd: { learningRate: 0.1 } },
  }
  const expert = await runKind('train', { ...line, epochs: 40 }, { data: [numbers] })
  const { history } = await runKind(
    'distill',
    { ...line, epochs: 40, alpha: 1 },
    { data: [numbers], teachers: [expert.artifact] },
  )
  assert.ok(history.at(-1)!.train['loss']! < 1e-6)
})

test('what only the real teacher shows is a problem, and leaves no tensor', async () => {
  const before = tf.memory().numTensors
  try {
    await runKind(
      'distill',
      { ...settings, hints: [{ teacher: 'sean', student: 'seen' }] },
      { data: [data], teachers: [teacher.artifact] },
    )
    assert.unreachable()
  } catch (error) {
    assert.instance(error, ProblemError)
    assert.equal(
      (error as ProblemError).problems.map(({ code, hint }) => [code, hint]),
      [['unknown-layer', 'Did you mean "seen"?']],
    )
  }
  let batches = 0
  try {
    await runKind(
      'distill',
      settings,
      { data: [data], teachers: [teacher.artifact] },
      { context: contextWith({ cancelled: () => ++batches > 3 }) },
    )
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).name, 'Cancelled')
  }
  assert.is(tf.memory().numTensors, before)
})
