import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { distilling } from '../../src/fit/distillation.js'
import { fakeQuantization } from '../../src/fit/fake-quantization.js'
import type { FitOptions } from '../../src/fit/fit.js'
import { createHints } from '../../src/fit/hints.js'
import { losses } from '../../src/fit/losses.js'
import { penalty, supervised } from '../../src/fit/objective.js'
import { createTeachers } from '../../src/fit/teachers.js'
import type { Model } from '../../src/model/model.js'
import { quantizeWeights } from '../../src/model/quantize-model.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { networkOf, stirredModel } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { bothWays, openedNative, trainingOf } from './graph-rig.js'

const test = suite('steps in graphs')

const classes = 3
const ends = (activation: string): unknown => ({ dense: { units: classes, activation } })
const small = [
  { conv2d: { filters: 4, kernelSize: 2, activation: 'relu', name: 'seen' } },
  'batchNormalization',
  'flatten',
  { dropout: { rate: 0.3 } },
]
const network = networkOf([...small, ends('softmax')], [4, 3, 1])

/** Trains both ways, as a graph for sure, and gives how far the two end apart. */
const apart = async (make: () => FitOptions): Promise<number> => {
  const before = tf.memory().numTensors
  const { graph, apart } = await bothWays(make)
  assert.equal(graph.result.execution, { mode: 'graph' })
  assert.is(tf.memory().numTensors, before)
  if (process.env['TRIMTAB_SAY']) console.log(apart.toExponential(1))
  return apart
}

test('clipping, class weights, label smoothing and penalties', async () => {
  if (!(await openedNative())) return
  const off = await apart(() => {
    const options = trainingOf(network, { clip: { norm: 0.3, value: 0.1 } }, { classes })
    const weights = options.runnable.trainable.map(name => options.runnable.variables.get(name)!)
    return {
      ...options,
      objective: supervised(losses['categoricalCrossentropy']!({}), penalty(weights, 0.01, 0.02)),
      examples: { ...options.examples, smoothing: 0.1, classWeights: [1, 3, 0.5] },
    }
  })
  assert.ok(off <= 1e-5, `${off}`)
})

test('masks: removed weights stay exactly 0', async () => {
  if (!(await openedNative())) return
  const name = network.layers[0]!.name
  const masked = (): FitOptions => {
    const options = trainingOf(network, {}, { classes })
    const kernel = options.runnable.variables.get(`${name}/kernel`)!
    const mask = Uint8Array.from({ length: kernel.size }, (_, at) => at % 3 && 1)
    options.runnable.assign(
      new Map([
        [`${name}/kernel`, (kernel.dataSync() as Float32Array).map((value, at) => value * mask[at]!)],
      ]),
    )
    return { ...options, masks: new Map([[`${name}/kernel`, mask]]) }
  }
  const { graph, apart } = await bothWays(masked)
  assert.equal(graph.result.execution, { mode: 'graph' })
  assert.ok(apart <= 1e-5, `${apart}`)
  const kernel = graph.weights.get(`${name}/kernel`)!
  kernel.forEach((value, at) => at % 3 === 0 && assert.is(Math.abs(value), 0))
})

/** The small network with int8 kernels, int32 biases and uint8 activations. */
const quantized = (): Model => {
  const model = stirredModel(network, 3)
  const activations = new Map(
    ['input', ...network.layers.map(({ name }) => name)].map(name => [
      name,
      {
        dtype: 'uint8' as const,
        scheme: 'affine' as const,
        scale: Float64Array.of(40),
        bias: Float64Array.of(120),
      },
    ]),
  )
  const formats = new Map(
    model.weights
      .filter(({ name }) => name.endsWith('kernel'))
      .map(({ name, shape }) => [
        name,
        { dtype: 'int8' as const, scheme: 'symmetric' as const, axis: shape.length - 1 },
      ]),
  )
  return {
    ...model,
    weights: quantizeWeights(network, model.weights, formats, activations),
    marks: { ...model.marks, activations },
  }
}

test('quantized weights and activations', async () => {
  if (!(await openedNative())) return
  const made: (() => void)[] = []
  const { graph, apart } = await bothWays(() => {
    const model = quantized()
    const runnable = buildRunnable(model)
    const fake = fakeQuantization(runnable, model)!
    made.push(() => fake.dispose())
    return trainingOf(network, { runnable, fakeQuantization: fake, epochs: 3 }, { classes })
  })
  for (const dispose of made) dispose()
  assert.equal(graph.result.execution, { mode: 'graph' })
  assert.ok(apart <= 1e-5, `${apart}`)
})

for (const remembered of [true, false])
  test(`distillation from two teachers ${remembered ? 'whose words are remembered' : 'asked in every step'}`, async () => {
    if (!(await openedNative())) return
    const teachers = [5, 6].map(filters =>
      buildRunnable(
        stirredModel(
          networkOf(
            [{ conv2d: { filters, kernelSize: 2, name: 'seen' } }, 'flatten', ends('softmax')],
            [4, 3, 1],
          ),
          filters,
        ),
      ),
    )
    const made: (() => void)[] = []
    const make = async (): Promise<FitOptions> => {
      const options = trainingOf(network, { epochs: 3 }, { classes })
      const hints = createHints(
        [{ teacher: 'seen', student: 'seen', weight: 0.5, teacherWidth: 5, studentWidth: 4 }],
        7,
      )
      made.push(() => hints.dispose())
      const asked = createTeachers(teachers, ['seen'], remembered ? undefined : 0)
      const watch = { batchSize: 4, cancelled: () => false, emit: () => undefined }
      await asked.remember(options.train, watch)
      await asked.remember(options.validation!, watch)
      return {
        ...options,
        objective: distilling({
          head: 'softmax',
          teachers: asked,
          temperature: step => 5 - step / 2,
          alpha: 0.4,
          hard: losses['categoricalCrossentropy']!({}),
          hints,
          taps: ['seen'],
          anchors: [
            {
              weight: options.runnable.variables.get('dense_1/bias')!,
              teachers: teachers.map(teacher => teacher.variables.get('dense_1/bias')!),
            },
          ],
          weightPenalty: 0.05,
        }),
      }
    }
    const [first, second] = [await make(), await make()]
    const queue = [first, second]
    const { graph, apart } = await bothWays(() => queue.shift()!)
    assert.equal(graph.result.execution, { mode: 'graph' })
    assert.ok(apart <= 1e-5, `${apart}`)
    for (const each of teachers) each.dispose()
    for (const dispose of made) dispose()
  })

test('what JavaScript computes in a step keeps it from being a graph, and the record says why', async () => {
  if (!(await openedNative())) return
  const mean = supervised(losses['categoricalCrossentropy']!({}))
  let asked = 0
  const counting = (): FitOptions =>
    trainingOf(
      network,
      { objective: { ...mean, loss: (...given) => tf.mul(mean.loss(...given), 1 + 1 / ++asked) } },
      { classes },
    )
  const looking = (): FitOptions =>
    trainingOf(
      network,
      {
        objective: {
          ...mean,
          loss: (examples, said, given) => {
            const loss = mean.loss(examples, said, given)
            return tf.mul(loss, said.output.dataSync().length)
          },
        },
      },
      { classes },
    )
  let step = 0
  const differing = (): FitOptions =>
    trainingOf(
      network,
      {
        objective: {
          ...mean,
          loss: (...given) => {
            const loss = mean.loss(...given)
            return step++ % 2 === 0 ? loss : tf.square(loss)
          },
        },
      },
      { classes },
    )
  for (const [make, why] of [
    [differing, 'two steps run different operations'],
    [counting, 'JavaScript computes a number that is another one in another step'],
    [looking, /^JavaScript looks at what \w+ computed$/],
  ] as const) {
    const before = tf.memory().numTensors
    const { graph } = await bothWays(make)
    const { execution } = graph.result
    assert.is(execution.mode, 'operations')
    assert.match((execution as { why: string }).why, why)
    assert.is(tf.memory().numTensors, before)
  }
})

test('another engine than native runs no graphs', async () => {
  await openEngine('wasm')
  const { graph } = await bothWays(() => trainingOf(network, {}, { classes }))
  assert.equal(graph.result.execution, { mode: 'operations' })
})
