import { differenceOf } from '../../src/core/promise.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { createHints } from '../../src/fit/hints.js'
import { distilling } from '../../src/fit/distillation.js'
import { fit, type FitOptions } from '../../src/fit/fit.js'
import { losses } from '../../src/fit/losses.js'
import { penalty, supervised } from '../../src/fit/objective.js'
import { createTeachers } from '../../src/fit/teachers.js'
import { initialModel } from '../../src/model/initial.js'
import { isKernel } from '../../src/model/quantize-model.js'
import { buildRunnable, type Runnable } from '../../src/model/runnable.js'
import type { Network } from '../../src/network/network.js'
import { networkOf } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { bits, optionsFor } from './fit-rig.js'

const test = suite('batches taken in parts')

test.before(async () => {
  await openEngine('wasm')
})

const inputShape = [4, 3, 1]
/** Everything that draws noise, and nothing that looks across the batch. */
const noisy = networkOf(
  [
    { conv2d: { filters: 5, kernelSize: 2, activation: 'relu' } },
    { gaussianNoise: { stddev: 0.2 } },
    { dropout: { rate: 0.3 } },
    { reshape: { targetShape: [6, 5] } },
    { lstm: { units: 4, dropout: 0.2, recurrentDropout: 0.2 } },
    { alphaDropout: { rate: 0.2 } },
    { gaussianDropout: { rate: 0.2 } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  inputShape,
)
const plain = networkOf(
  ['flatten', { dense: { units: 6, activation: 'tanh' } }, { dense: { units: 3, activation: 'softmax' } }],
  inputShape,
)

type Make = (runnable: Runnable) => Partial<FitOptions>

/** The weights after a training of 45 examples in batches of 10 (the last has 5), and its history. */
const trained = async (network: Network, make: Make, microBatch?: number) => {
  const runnable = buildRunnable(initialModel(network, 5))
  const options = optionsFor({
    runnable,
    epochs: 2,
    ...make(runnable),
    ...(microBatch === undefined ? {} : { microBatch }),
  })
  const { history } = await fit(options)
  const weights = await runnable.weights()
  const digest = await bits(options)
  runnable.dispose()
  return { history, digest, weights: [...weights.values()].flatMap(values => [...values]) }
}

const apart = async (network: Network, make: Make, microBatch: number): Promise<number> => {
  const whole = await trained(network, make)
  const parts = await trained(network, make, microBatch)
  const figures = ({ history }: typeof whole): number[] =>
    history.flatMap(({ train, validation }) => [...Object.values(train), ...Object.values(validation!)])
  return Math.max(differenceOf(whole.weights, parts.weights), differenceOf(figures(whole), figures(parts)))
}

const none: Make = () => ({})

test('whatever the parts, the same training but for rounding: losses, scores and weights', async () => {
  for (const microBatch of [1, 3, 4, 5, 7]) {
    const found = await apart(plain, none, microBatch)
    assert.ok(found < 1e-5, `parts of ${microBatch}: ${found}`)
  }
})

test('every example has the noise that it has in the whole batch', async () => {
  for (const microBatch of [1, 3, 5]) {
    const found = await apart(noisy, none, microBatch)
    assert.ok(found < 1e-4, `parts of ${microBatch}: ${found}`)
  }
})

test('penalties count once, classes by their weights, and clipping sees the whole gradient', async () => {
  const make: Make = runnable => {
    const kernels = runnable.trainable.filter(isKernel).map(name => runnable.variables.get(name)!)
    return {
      objective: supervised(losses['sparseCategoricalCrossentropy']!({}), penalty(kernels, 0.01, 0.05)),
      examples: { task: 'classification', inputShape, outputs: 3, smoothing: 0.1, classWeights: [5, 0.1, 2] },
      optimizer: { name: 'sgd', settings: { momentum: 0.9 } },
      clip: { norm: 0.3, value: 0.1 },
    }
  }
  for (const microBatch of [3, 5]) {
    const found = await apart(plain, make, microBatch)
    assert.ok(found < 1e-5, `parts of ${microBatch}: ${found}`)
  }
})

test('a wrong mean would be seen: parts of unequal size weighed alike end elsewhere', async () => {
  const whole = await trained(plain, none)
  const lopsided = await trained(
    plain,
    () => ({
      objective: {
        ...supervised(losses['sparseCategoricalCrossentropy']!({})),
        loss: (examples, said) =>
          tf.mul(
            tf.mean(losses['sparseCategoricalCrossentropy']!({})(examples.truth, said)),
            examples.truth.shape[0] === 3 ? 10 / 9 : 1,
          ),
      },
    }),
    3,
  )
  assert.ok(differenceOf(whole.weights, lopsided.weights) > 1e-3)
})

test('masked weights stay 0', async () => {
  const make: Make = runnable => {
    const name = runnable.trainable.find(isKernel)
    const size = runnable.variables.get(name!)!.size
    return { masks: new Map([[name!, Uint8Array.from({ length: size }, (_, at) => at % 2)]]) }
  }
  const { weights } = await trained(plain, make, 3)
  assert.ok(weights.slice(0, 72).every((weight, at) => at % 2 === 1 || weight === 0))
  assert.ok((await apart(plain, make, 3)) < 1e-5)
})

test('teachers and hints are asked about the same examples', async () => {
  const teacher = buildRunnable(initialModel(plain, 9))
  const name = plain.layers.find(({ type }) => type === 'dense')!.name
  const small = networkOf(
    ['flatten', { dense: { name, units: 4 } }, { dense: { units: 3, activation: 'softmax' } }],
    inputShape,
  )
  const make: Make = () => ({
    objective: distilling({
      head: 'softmax',
      teachers: createTeachers([teacher], [name]),
      temperature: () => 3,
      alpha: 0.6,
      hard: losses['sparseCategoricalCrossentropy']!({}),
      hints: createHints(
        [{ teacher: name, student: name, weight: 0.5, teacherWidth: 6, studentWidth: 4 }],
        1,
      ),
      taps: [name],
      anchors: [],
      weightPenalty: 0,
    }),
  })
  const found = await apart(small, make, 3)
  assert.ok(found < 1e-5, `${found}`)
  teacher.dispose()
})

test('parts give the same bits each time, and the stream is left where another batch does not care', async () => {
  const [once, again] = [await trained(noisy, none, 4), await trained(noisy, none, 4)]
  assert.is(again.digest, once.digest)
  assert.not.equal(once.digest, (await trained(noisy, none)).digest)
})

test('parts as large as the batch are the batch', async () => {
  assert.is((await trained(noisy, none, 10)).digest, (await trained(noisy, none)).digest)
})

test('no tensor more than of whole batches is left behind', async () => {
  for (const network of [plain, noisy]) {
    const leftBy = async (microBatch?: number): Promise<number> => {
      const before = tf.memory().numTensors
      await trained(network, none, microBatch)
      return tf.memory().numTensors - before
    }
    assert.equal([await leftBy(3), await leftBy(1)], [await leftBy(), await leftBy()], network.output)
  }
})
