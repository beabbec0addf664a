import type { Key } from '../../src/core/brand.js'
import type { StepOutput } from '../../src/core/step-file.js'
import { nativeBackendName } from '../../src/engine/graph/binding.js'
import { nativeBackend } from '../../src/engine/graph/binding.js'
import { tf } from '../../src/engine/tf.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { openPasses } from '../../src/steps/benchmark/run-passes.js'
import type { Latency } from '../../src/steps/benchmark/run-timing.js'
import { run } from '../../src/steps/benchmark/run.js'
import { openedNative, withGraphs } from '../fit/graph-rig.js'
import { networkOf, stirredModel } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { contextWith, storedModel } from './measuring-rig.js'

const test = suite('steps/benchmark on native')

const shape = [6, 6, 1]
const modelWith = (filters: number, activation: string) =>
  stirredModel(
    networkOf(
      [
        { conv2d: { filters, kernelSize: 3, activation } },
        'batchNormalization',
        'flatten',
        { dense: { units: 3, activation: 'softmax' } },
      ],
      shape,
    ),
    filters,
  )

interface Binding {
  getNumOfTensors(): number
  getNumOfSavedModels(): number
}

/** What would be left behind. */
const left = (): readonly number[] => {
  const binding = nativeBackend()!.binding as unknown as Binding
  return [tf.memory().numTensors, binding.getNumOfTensors(), binding.getNumOfSavedModels()]
}

const timed = async (): Promise<StepOutput> => {
  const model = (from: string, artifact: Awaited<ReturnType<typeof storedModel>>) => ({
    from,
    output: 'model',
    artifact,
  })
  const large = await storedModel(modelWith(8, 'relu'))
  const small = await storedModel(modelWith(2, 'relu'))
  return run(
    {
      instance: 'speed',
      kind: 'benchmark',
      key: '' as Key,
      config: { batchSize: 16, rounds: 6, warmUp: 1, confidence: 0.95 },
      inputs: { models: [model('small', small)], reference: [model('large', large)] },
      files: {},
      seed: 4,
      engine: { name: 'native', version: '' },
      threads: 1,
    },
    contextWith(),
  )
}

test('models are timed as graphs, and the result says so', async () => {
  if (!(await openedNative())) return
  const before = left()
  for (const [mode, execution] of [
    ['on', { mode: 'graph' }],
    ['off', { mode: 'operations', why: 'TRIMTAB_GRAPH is off' }],
  ] as const) {
    const { measurements } = await withGraphs(mode, timed)
    assert.equal(measurements!['execution'], execution)
    const models = measurements!['models'] as Record<string, Latency>
    assert.equal(Object.keys(models), ['large', 'small'])
    for (const { times } of Object.values(models)) assert.ok(times.length === 6 && times.every(ms => ms > 0))
  }
  assert.equal(left(), before)
})

test('where one of the models cannot be a graph, none is', async () => {
  if (!(await openedNative())) return
  const before = left()
  // As a layer of a plug-in would, that looks at its numbers.
  const stock = tf.getKernel('Softplus', nativeBackendName)!
  tf.unregisterKernel('Softplus', nativeBackendName)
  tf.registerKernel({
    ...stock,
    kernelFunc: given => {
      ;(nativeBackend() as unknown as { readSync(id: object): unknown }).readSync(given.inputs['x']!.dataId)
      return stock.kernelFunc(given)
    },
  })
  const x = { values: Float32Array.from({ length: 5 * 36 }, (_, at) => Math.sin(at)), shape: [5, ...shape] }
  const models = [modelWith(3, 'relu'), modelWith(4, 'softplus')]
  const load = (from: typeof models) => from.map(model => () => Promise.resolve(model))
  try {
    const fine = await openPasses(load(models.slice(0, 1)), x)
    assert.equal(fine.execution, { mode: 'graph' })
    await fine.each[0]!()
    fine.dispose()
    const both = await openPasses(load(models), x)
    assert.is(both.execution.mode, 'operations')
    assert.match((both.execution as { why: string }).why, /^JavaScript looks at what \w+ computed$/)
    for (const pass of both.each) await pass()
    both.dispose()
    assert.equal(left(), before)
  } finally {
    tf.unregisterKernel('Softplus', nativeBackendName)
    tf.registerKernel(stock)
  }
})

test('the graph that is timed computes what the network computes', async () => {
  if (!(await openedNative())) return
  const { passGraph } = await import('../../src/fit/graph/forward-graph.js')
  const x = { values: Float32Array.from({ length: 5 * 36 }, (_, at) => Math.sin(at)), shape: [5, ...shape] }
  const runnable = buildRunnable(modelWith(3, 'relu'))
  const graph = passGraph(given => ({ output: runnable.forward(given).output }), x)
  const expected = tf.tidy(() => runnable.forward(tf.tensor(x.values, x.shape)).output.dataSync())
  runnable.dispose()
  const output = graph.run().get('output')!
  assert.is(output.length, expected.length)
  output.forEach((value, at) => assert.ok(Math.abs(value - expected[at]!) < 1e-6))
  graph.dispose()
})
