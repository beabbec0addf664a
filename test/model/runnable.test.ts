import { stream } from '../../src/core/random.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { initialModel } from '../../src/model/initial.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { assert, suite } from '../suite.js'
import { apart, networkOf, randomInput, stirredModel } from './networks.js'

const test = suite('runnable')

test.before(async () => {
  await openEngine('cpu')
})

const small = networkOf(
  [
    { conv2d: { filters: 3, kernelSize: 3, activation: 'tanh' } },
    'batchNormalization',
    { dropout: { rate: 0.25 } },
    'maxPooling2d',
    'flatten',
    { dense: { units: 4, activation: 'softmax' } },
  ],
  [7, 6, 2],
)

test('logits are what the final softmax takes, wherever it stands', () => {
  const within = networkOf([{ dense: { units: 3, activation: 'softmax' } }], [5])
  const apartFrom = networkOf([{ dense: { units: 3 } }, { activation: { activation: 'softmax' } }], [5])
  const x = randomInput([4, 5])
  const outputs = [within, apartFrom].map(network => {
    const runnable = buildRunnable(initialModel(network, 3))
    const { logits, output } = runnable.forward(x)
    assert.ok(apart(tf.softmax(logits!).dataSync(), output.dataSync()) < 1e-6)
    assert.ok(apart(logits!.dataSync(), output.dataSync()) > 0.01)
    return logits!.dataSync()
  })
  assert.ok(apart(outputs[0]!, outputs[1]!) === 0)
  const open = buildRunnable(initialModel(networkOf([{ dense: { units: 3, activation: 'relu' } }], [5]), 3))
  assert.is(open.forward(x).logits, undefined)
})

test('nothing is left behind: a forward pass, a gradient, a whole life', () => {
  const before = tf.memory().numTensors
  const runnable = buildRunnable(initialModel(small, 1))
  const x = randomInput([3, 7, 6, 2])
  const held = tf.memory().numTensors
  const { output, logits, taps } = runnable.forward(x, { taps: ['flatten_1', 'input'] })
  tf.dispose([output, logits!, ...Object.values(taps)])
  assert.not.ok(x.isDisposed)
  assert.is(tf.memory().numTensors, held)
  for (let i = 0; i < 2; i++) {
    const { value, grads } = tf.variableGrads(() =>
      tf.sum<tf.Scalar>(
        tf.square(runnable.forward(x, { training: true, random: stream(i, 'noise') }).logits!),
      ),
    )
    tf.dispose(value)
    tf.dispose(grads)
    assert.is(tf.memory().numTensors, held)
  }
  x.dispose()
  runnable.dispose()
  assert.is(tf.memory().numTensors, before)
})

test('gradients through a forward pass in training agree with finite differences', async () => {
  const model = stirredModel(small, 5)
  const runnable = buildRunnable(model)
  const x = randomInput([4, 7, 6, 2])
  const aim = randomInput([4, 4], 9)
  const loss = (): tf.Scalar =>
    tf.tidy(() => {
      const { output } = runnable.forward(x, { training: true, random: stream(4, 'noise') })
      return tf.sum<tf.Scalar>(tf.mul(output, aim))
    })
  const variables = runnable.trainable.map(name => runnable.variables.get(name)!)
  const { grads } = tf.variableGrads(loss, variables)
  const weights = await runnable.weights()
  for (const name of runnable.trainable) {
    const gradient = grads[runnable.variables.get(name)!.name]!.dataSync()
    const values = weights.get(name)!
    for (const at of new Set([0, values.length >> 1, values.length - 1])) {
      const step = 1e-2
      const moved = [step, -step].map(by => {
        const shifted = Float32Array.from(values)
        shifted[at]! += by
        runnable.assign(new Map([[name, shifted]]))
        return loss().dataSync()[0]!
      })
      runnable.assign(new Map([[name, values]]))
      const numeric = (moved[0]! - moved[1]!) / (2 * step)
      const close = Math.abs(numeric - gradient[at]!) < 2e-3 + 0.02 * Math.abs(numeric)
      assert.ok(close, `${name}[${at}]: ${gradient[at]} against ${numeric}`)
    }
  }
})

test('training moves the moving averages by the batch, inference does not', async () => {
  const network = networkOf([{ batchNormalization: { momentum: 0.75, scale: false } }, 'flatten'], [3, 2])
  const runnable = buildRunnable(initialModel(network, 1))
  const x = tf.tensor([1, 10, 2, 20, 6, 60, 1, 0, 1, 0, 1, 0], [2, 3, 2])
  runnable.forward(x)
  const fresh = await runnable.weights()
  assert.equal([...fresh.get('batchNormalization_1/movingMean')!], [0, 0])
  runnable.forward(x, { training: true })
  const moved = await runnable.weights()
  // Means 2 and 15; biased variances 22/6 … computed by hand: Σ(x−m)²/6.
  const first = [1, 2, 6, 1, 1, 1]
  const second = [10, 20, 60, 0, 0, 0]
  const mean = (values: number[]): number => values.reduce((a, b) => a + b) / 6
  const variance = (values: number[]): number => mean(values.map(value => (value - mean(values)) ** 2))
  const means = [first, second].map(values => 0.25 * mean(values))
  const variances = [first, second].map(values => 0.75 + 0.25 * variance(values))
  assert.ok(apart(moved.get('batchNormalization_1/movingMean')!, means) < 1e-5)
  assert.ok(apart(moved.get('batchNormalization_1/movingVariance')!, variances) < 1e-3)
})

test('a volume is normalized as the same values in an image are', async () => {
  const volume = networkOf(['batchNormalization'], [2, 3, 2, 4])
  const image = networkOf(['batchNormalization'], [6, 2, 4])
  const x = randomInput([3, 2, 3, 2, 4])
  const found = [volume, image].map(network => {
    const runnable = buildRunnable(stirredModel(network, 3))
    const shaped = tf.reshape(x, [3, ...network.inputShape])
    const trained = runnable.forward(shaped, { training: true }).output
    const moved = runnable.forward(shaped).output
    assert.equal(moved.shape, shaped.shape)
    return [...trained.dataSync(), ...moved.dataSync()]
  })
  assert.ok(apart(found[0]!, found[1]!) < 1e-6)
})

test('hooks see weights and outputs, and what they return is used', () => {
  const runnable = buildRunnable(initialModel(small, 1))
  const x = randomInput([2, 7, 6, 2])
  const weights: string[] = []
  const outputs: string[] = []
  runnable.hooks.weight = (name, tensor) => {
    weights.push(name)
    return name === 'dense_1/kernel' ? tf.zerosLike(tensor) : tensor
  }
  runnable.hooks.activation = (layer, tensor) => {
    outputs.push(layer)
    return tensor
  }
  const { output } = runnable.forward(x)
  assert.equal([...new Set(weights)].sort(), [...runnable.variables.keys()].sort())
  assert.equal(outputs, ['input', ...small.layers.map(({ name }) => name)])
  assert.ok(apart(output.dataSync(), new Float32Array(8).fill(0.25)) < 1e-6)
})

test('noise is drawn from the stream that is given, and only in training', () => {
  const network = networkOf([{ dropout: { rate: 0.4 } }], [1000])
  const runnable = buildRunnable(initialModel(network, 1))
  const x = tf.ones([2, 1000])
  assert.ok(apart(runnable.forward(x).output.dataSync(), x.dataSync()) === 0)
  const draw = (seed: number): Float32Array =>
    runnable.forward(x, { training: true, random: stream(seed, 'noise') }).output.dataSync() as Float32Array
  assert.equal(draw(1), draw(1))
  assert.not.equal(draw(1), draw(2))
  const kept = draw(3).filter(value => value !== 0)
  assert.ok(kept.every(value => value === Math.fround(1 / 0.6)))
  assert.ok(Math.abs(kept.length / 2000 - 0.6) < 0.04, `${kept.length}`)
})

test('assigned weights are the ones that come back', async () => {
  const model = stirredModel(small, 2)
  const runnable = buildRunnable(initialModel(small, 1))
  runnable.assign(new Map(model.weights.map(({ name, data }) => [name, data as Float32Array])))
  const weights = await runnable.weights()
  for (const { name, data } of model.weights) assert.equal(weights.get(name), data)
})
