import { nativeBackend } from '../../src/engine/graph/binding.js'
import { tf } from '../../src/engine/tf.js'
import { fakeQuantization } from '../../src/fit/fake-quantization.js'
import type { FitOptions } from '../../src/fit/fit.js'
import { losses } from '../../src/fit/losses.js'
import { penalty, supervised } from '../../src/fit/objective.js'
import { isKernel, quantizeWeights } from '../../src/model/quantize-model.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { networkOf, stirredModel } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { apartOf, bothWays, openedNative, ran, trainingOf } from './graph-rig.js'

const test = suite('batches taken in parts in graphs')

const classes = 3
const inputShape = [4, 3, 1]
/** Everything that draws noise, and nothing that looks across the batch. */
const noisy = networkOf(
  [
    { conv2d: { filters: 5, kernelSize: 2, activation: 'relu' } },
    { gaussianNoise: { stddev: 0.2 } },
    { dropout: { rate: 0.3 } },
    { reshape: { targetShape: [6, 5] } },
    { spatialDropout1d: { rate: 0.2 } },
    { lstm: { units: 4, dropout: 0.2, recurrentDropout: 0.2 } },
    { alphaDropout: { rate: 0.2 } },
    { dense: { units: classes, activation: 'softmax' } },
  ],
  inputShape,
)
const plain = networkOf(
  [
    'flatten',
    { dense: { units: 6, activation: 'tanh' } },
    { dense: { units: classes, activation: 'softmax' } },
  ],
  inputShape,
)

/** 45 examples in batches of 10, the last of 5; 21 to be looked at. */
const options = (network: typeof plain, more: Partial<FitOptions> = {}): FitOptions =>
  trainingOf(network, { batchSize: 10, ...more }, { classes, count: 45 })

interface Binding {
  getNumOfTensors(): number
  getNumOfSavedModels(): number
}

const left = (): readonly number[] => {
  const binding = nativeBackend()!.binding as unknown as Binding
  return [tf.memory().numTensors, binding.getNumOfTensors(), binding.getNumOfSavedModels()]
}

test('whatever the parts, the same training as operation by operation, and as in whole batches', async () => {
  if (!(await openedNative())) return
  for (const [network, sizes] of [
    [plain, [1, 3, 5, 7]],
    [noisy, [3, 5]],
  ] as const)
    for (const microBatch of sizes) {
      const before = left()
      const { graph, operations, apart } = await bothWays(() => options(network, { microBatch }))
      if (process.env['TRIMTAB_SAY']) console.log(microBatch, apart)
      assert.equal(graph.result.execution, { mode: 'graph' })
      assert.is(operations.result.execution.mode, 'operations')
      assert.ok(apart <= 1e-6, `parts of ${microBatch}: ${apart}`)
      assert.equal(left(), before)
      const whole = await ran(options(network), 'on')
      assert.ok(apartOf(graph, whole) < 1e-4, `parts of ${microBatch} and whole batches`)
    }
})

test('clipping, masks, class weights, smoothing and penalties see the whole batch', async () => {
  if (!(await openedNative())) return
  const make = (): FitOptions => {
    const made = options(plain)
    const { runnable } = made
    const kernels = runnable.trainable.filter(isKernel)
    const variables = kernels.map(name => runnable.variables.get(name)!)
    const mask = Uint8Array.from({ length: variables[0]!.size }, (_, at) => at % 2)
    return {
      ...made,
      microBatch: 3,
      objective: supervised(losses['categoricalCrossentropy']!({}), penalty(variables, 0.01, 0.05)),
      examples: { ...made.examples, smoothing: 0.1, classWeights: [5, 0.1, 2] },
      optimizer: { name: 'sgd', settings: { momentum: 0.9, weightDecay: 0.01 } },
      clip: { norm: 0.3, value: 0.1 },
      masks: new Map([[kernels[0]!, mask]]),
    }
  }
  const { graph, apart } = await bothWays(make)
  assert.equal(graph.result.execution, { mode: 'graph' })
  assert.ok(apart <= 1e-6, `${apart}`)
  const { microBatch: _, ...whole } = make()
  assert.ok(apartOf(graph, await ran(whole, 'on')) < 1e-5)
  const [kernel] = [...graph.weights.values()]
  kernel!.forEach((weight, at) => assert.ok(at % 2 === 1 || weight === 0))
})

test('weights that are trained as integers are rounded once a step', async () => {
  if (!(await openedNative())) return
  const made: (() => void)[] = []
  const { graph, apart } = await bothWays(() => {
    const model = stirredModel(plain, 3)
    const formats = new Map(
      model.weights
        .filter(({ name }) => isKernel(name))
        .map(({ name }) => [name, { dtype: 'int8' as const, scheme: 'symmetric' as const, axis: 1 }]),
    )
    const whole = { ...model, weights: quantizeWeights(plain, model.weights, formats, new Map()) }
    const runnable = buildRunnable(whole)
    const fake = fakeQuantization(runnable, whole)!
    made.push(() => fake.dispose())
    return options(plain, { runnable, fakeQuantization: fake, microBatch: 4 })
  })
  for (const dispose of made) dispose()
  assert.equal(graph.result.execution, { mode: 'graph' })
  assert.ok(apart <= 1e-6, `${apart}`)
})

test('mixed precision works in parts too', async () => {
  if (!(await openedNative())) return
  for (const mixedPrecision of ['bfloat16', 'float16'] as const) {
    const parts = await ran(options(plain, { microBatch: 4, mixedPrecision }), 'on')
    const whole = await ran(options(plain, { mixedPrecision }), 'on')
    assert.is(parts.result.execution.mode, 'graph')
    assert.equal(parts.result.execution, whole.result.execution)
    const apart = apartOf(parts, whole)
    if (process.env['TRIMTAB_SAY']) console.log(mixedPrecision, apart)
    assert.ok(apart < 0.02, `${mixedPrecision}: ${apart}`)
  }
})

test('what cannot be a graph runs in parts operation by operation, and says why', async () => {
  if (!(await openedNative())) return
  const mean = supervised(losses['categoricalCrossentropy']!({}))
  let asked = 0
  const before = left()
  const { graph } = await bothWays(() =>
    options(plain, {
      microBatch: 4,
      objective: { ...mean, loss: (...given) => tf.mul(mean.loss(...given), 1 + 1 / ++asked) },
    }),
  )
  assert.equal(graph.result.execution, {
    mode: 'operations',
    why: 'JavaScript computes a number that is another one in another step',
  })
  assert.equal(left(), before)
})
