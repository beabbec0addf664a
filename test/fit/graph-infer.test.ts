import { tf } from '../../src/engine/tf.js'
import { infer } from '../../src/fit/infer.js'
import { createTeachers } from '../../src/fit/teachers.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { runOutputs } from '../../src/steps/evaluate/run-outputs.js'
import { networkOf, stirredModel } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { dataFor, openedNative, withGraphs } from './graph-rig.js'

const test = suite('inference in graphs')

const network = networkOf(
  [
    { conv2d: { filters: 4, kernelSize: 2, activation: 'relu', name: 'seen' } },
    'batchNormalization',
    { dropout: { rate: 0.5 } },
    'flatten',
    { dense: { units: 300, activation: 'relu' } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  [4, 3, 1],
)

test('a split runs as a graph as it does operation by operation, the smaller last batch too', async () => {
  if (!(await openedNative())) return
  const data = dataFor(network, { count: 83 })
  const runnable = buildRunnable(stirredModel(network, 3))
  const before = tf.memory().numTensors
  let forwards = 0
  const counted = {
    ...runnable,
    forward: (...given: Parameters<typeof runnable.forward>) => (forwards++, runnable.forward(...given)),
  }
  const through = async (mode: 'on' | 'off', batchSize: number): Promise<[number[], number]> => {
    const seen: number[] = []
    forwards = 0
    await withGraphs(mode, () =>
      infer(counted, data, { batchSize, taps: ['seen', 'input'] }, (batch, output, taps) =>
        seen.push(...batch.indices, ...output, ...taps['seen']!, ...taps['input']!),
      ),
    )
    return [seen, forwards]
  }
  const [graph, recorded] = await through('on', 10)
  const [operations, asked] = await through('off', 10)
  // Two recordings for 10 examples and two for 3, in place of nine passes.
  assert.equal([recorded, asked], [4, 9])
  graph.forEach((value, at) => assert.ok(Math.abs(value - operations[at]!) < 1e-6))
  const [few, alone] = await through('on', 50)
  assert.is(alone, 2, 'two batches are not worth a graph')
  assert.is(few.length, graph.length)
  assert.is(tf.memory().numTensors, before)
  runnable.dispose()
})

test('teachers are asked in one graph, and remember what they say operation by operation', async () => {
  if (!(await openedNative())) return
  const data = dataFor(network, { count: 83 })
  const runnables = [3, 4].map(seed => buildRunnable(stirredModel(network, seed)))
  const before = tf.memory().numTensors
  const said = async (mode: 'on' | 'off') => {
    const teachers = createTeachers(runnables, ['seen'])
    const watch = { batchSize: 10, cancelled: () => false, emit: () => undefined }
    const execution = await withGraphs(mode, () => teachers.remember(data, watch))
    const [all] = [...data.batches(83)]
    return { execution, words: teachers.recall(data, all!)! }
  }
  const [graph, operations] = [await said('on'), await said('off')]
  assert.equal(graph.execution, { mode: 'graph' })
  assert.equal(operations.execution, { mode: 'operations', why: 'TRIMTAB_GRAPH is off' })
  assert.equal(Object.keys(graph.words).sort(), ['tap:seen', 'teacher:0', 'teacher:1'])
  for (const [name, { values, shape }] of Object.entries(operations.words)) {
    assert.equal(graph.words[name]!.shape, shape)
    values.forEach((value, at) => assert.ok(Math.abs(value - graph.words[name]!.values[at]!) < 1e-5))
  }
  assert.is(tf.memory().numTensors, before)
  for (const runnable of runnables) runnable.dispose()
})

test('an evaluation over several stretches has one graph a model, for each size of batch', async () => {
  if (!(await openedNative())) return
  const small = networkOf([{ dense: { units: 2, activation: 'softmax' } }], [2])
  const data = dataFor(small, { count: 4096 + 1003 })
  const [model, reference] = [3, 4].map(seed => buildRunnable(stirredModel(small, seed)))
  let forwards = 0
  const counted = {
    ...model!,
    forward: (...given: Parameters<NonNullable<typeof model>['forward']>) => (
      forwards++,
      model!.forward(...given)
    ),
  }
  const through = async (mode: 'on' | 'off') => {
    const seen: number[] = []
    forwards = 0
    const execution = await withGraphs(mode, () =>
      runOutputs(
        counted,
        reference,
        data,
        { batchSize: 600, cancelled: () => false, emit: () => undefined },
        (batch, output, other) => seen.push(...batch.indices, ...output, ...other!),
      ),
    )
    return { seen, execution, forwards }
  }
  const [graph, operations] = [await through('on'), await through('off')]
  assert.equal(graph.execution, { mode: 'graph' })
  // Two recordings of 600, of 496 where the first stretch ends, and of 403.
  assert.equal([graph.forwards, operations.forwards], [6, 9])
  assert.is(graph.seen.length, 5 * 5099)
  graph.seen.forEach((value, at) => assert.ok(Math.abs(value - operations.seen[at]!) < 1e-6))
  model!.dispose()
  reference!.dispose()
})
