import { tf } from '../../src/engine/tf.js'
import { infer } from '../../src/fit/infer.js'
import { buildRunnable } from '../../src/model/runnable.js'
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
  // One recording for 10 examples and one for 3, in place of nine passes.
  assert.equal([recorded, asked], [2, 9])
  graph.forEach((value, at) => assert.ok(Math.abs(value - operations[at]!) < 1e-6))
  const [few, alone] = await through('on', 50)
  assert.is(alone, 2, 'two batches are not worth a graph')
  assert.is(few.length, graph.length)
  assert.is(tf.memory().numTensors, before)
  runnable.dispose()
})
