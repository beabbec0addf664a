import { stream } from '../../src/core/random.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { layerNames } from '../../src/network/catalogue.js'
import type { Network } from '../../src/network/network.js'
import { untrainable } from '../../src/network/trainable.js'
import { assert, suite } from '../suite.js'
import { cases } from './layer-cases.js'
import { apart, networkOf, oracle, randomInput, stirredModel, tfLayer } from './networks.js'

const test = suite('layers')

const inputFor = (network: Network): tf.Tensor => {
  const shape = [3, ...network.inputShape]
  if (network.layers[0]!.type !== 'embedding') return randomInput(shape)
  return tf.tensor([0, 1, 6, 3, 2, 2, 5, 4, 6, 0, 1, 3], shape)
}

test('every layer type has a case here', () => {
  assert.equal([...layerNames].sort(), Object.keys(cases).sort())
})

const tried = (['cpu', 'wasm'] as const).flatMap(engine =>
  Object.entries(cases).map(([type, networks]) => [engine, type, networks] as const),
)

for (const [engine, type, networks] of tried)
  test(`${type} gives what the tensor library's own model gives, and leaves nothing behind (${engine})`, async () => {
    await openEngine(engine)
    for (const [layers, inputShape] of networks) {
      const network = networkOf(layers, inputShape)
      const model = stirredModel(network, 3)
      const x = inputFor(network)
      const before = tf.memory().numTensors
      const runnable = buildRunnable(model)
      const { output, logits } = runnable.forward(x)
      const found = output.dataSync()
      runnable.dispose()
      tf.dispose(logits ? [output, logits] : [output])
      const left = tf.memory().numTensors - before
      assert.is(left, 0)
      const expected = oracle(model, tfLayer).predict(x) as tf.Tensor
      assert.equal(output.shape, expected.shape)
      assert.ok(apart(found, expected.dataSync()) < 1e-6, JSON.stringify(network.layers.at(-1)))
    }
  })

for (const [engine, type, networks] of tried)
  test(`gradients through ${type} in training agree with finite differences (${engine})`, async () => {
    await openEngine(engine)
    for (const [layers, inputShape] of networks) {
      const network = networkOf(layers, inputShape)
      if (untrainable(network).length > 0) continue
      const runnable = buildRunnable(stirredModel(network, 3))
      const x = inputFor(network)
      const { shape } = runnable.forward(x).output
      const aim = randomInput(shape, 8)
      const loss = (input: tf.Tensor): tf.Scalar =>
        tf.tidy(() => {
          const ran = runnable.forward(input, { training: true, random: stream(1, 'noise') })
          return tf.sum<tf.Scalar>(tf.mul(ran.output, aim))
        })
      const check = (what: string, gradient: number, moved: (by: number) => tf.Scalar): void => {
        const at = (by: number): number => moved(by).dataSync()[0]!
        const step = 4e-3
        const numeric = (at(step) - at(-step)) / (2 * step)
        const kink = Math.abs(at(step) - 2 * at(0) + at(-step)) / step
        const close = Math.abs(numeric - gradient) < 5e-3 + 0.02 * Math.abs(numeric) + kink
        assert.ok(close, `${what}: ${gradient} against ${numeric}`)
      }
      const names = runnable.trainable
      if (names.length > 0) {
        const variables = names.map(name => runnable.variables.get(name)!)
        const { grads } = tf.variableGrads(() => loss(x), variables)
        for (const name of names) {
          const variable = runnable.variables.get(name)!
          const values = variable.dataSync() as Float32Array
          const index = values.length >> 1
          const moved = (by: number): tf.Scalar => {
            runnable.assign(new Map([[name, values.map((value, at) => (at === index ? value + by : value))]]))
            const result = loss(x)
            runnable.assign(new Map([[name, values]]))
            return result
          }
          check(`${type} ${name}`, grads[variable.name]!.dataSync()[index]!, moved)
        }
      }
      if (network.layers[0]!.type === 'embedding') continue
      const gradient = tf.grad(loss)(x).dataSync()
      const values = x.dataSync() as Float32Array
      const index = values.length >> 1
      check(`${type} input`, gradient[index]!, by =>
        loss(
          tf.tensor(
            values.map((value, at) => (at === index ? value + by : value)),
            x.shape,
          ),
        ),
      )
    }
  })
