import { stream } from '../../src/core/random.js'
import { moveKernel } from '../../src/engine/move.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { createOptimizer } from '../../src/fit/optimizer.js'
import type { OptimizerChoice, OptimizerState } from '../../src/fit/optimizer.js'
import { assert, suite } from '../suite.js'

const test = suite('optimizers as one kernel')

const choices: OptimizerChoice[] = [
  { name: 'sgd', settings: {} },
  { name: 'sgd', settings: { momentum: 0.9 } },
  { name: 'sgd', settings: { momentum: 0.9, nesterov: true, weightDecay: 0.01 } },
  { name: 'adam', settings: {} },
  { name: 'adam', settings: { amsgrad: true, weightDecay: 0.05 } },
  { name: 'adamax', settings: {} },
  { name: 'nadam', settings: { weightDecay: 0.01 } },
  { name: 'lion', settings: {} },
  { name: 'rmsprop', settings: {} },
  { name: 'rmsprop', settings: { momentum: 0.5 } },
  { name: 'rmsprop', settings: { centered: true } },
  { name: 'rmsprop', settings: { centered: true, momentum: 0.5, weightDecay: 0.1 } },
  { name: 'adagrad', settings: {} },
  { name: 'adadelta', settings: {} },
]

const shapes = [[1], [3], [4], [7, 3], [2, 3, 4, 5]]

const draw = (name: string, shape: readonly number[]): tf.Tensor => {
  const random = stream(7, name)
  const size = shape.reduce((product, side) => product * side, 1)
  // Some gradients are 0, and some of the weights are masked away.
  return tf.tensor(
    Float32Array.from({ length: size }, () => (random.uniform() < 0.1 ? 0 : random.normal())),
    [...shape],
  )
}

/** Weights and slots after four steps at changing rates. */
const trained = async (choice: OptimizerChoice): Promise<[Float32Array[], OptimizerState]> => {
  const variables = new Map(
    shapes.map(shape => [`w${shape.join()}`, tf.tidy(() => tf.variable(draw(`w${shape.join()}`, shape)))]),
  )
  const masks = new Map([['w7,3', tf.tidy(() => tf.cast(tf.greater(draw('mask', [7, 3]), 0), 'float32'))]])
  const optimizer = createOptimizer(choice, variables, masks)
  for (let step = 0; step < 4; step++)
    tf.tidy(() => {
      const gradients = [...variables].map(([name, { shape }]): [string, tf.Tensor] => [
        name,
        draw(`${name} ${step}`, shape),
      ])
      optimizer.apply(new Map(gradients), 0.01 * (step + 1))
    })
  const result: [Float32Array[], OptimizerState] = [
    [...variables.values()].map(variable => variable.dataSync() as Float32Array),
    await optimizer.state(),
  ]
  optimizer.dispose()
  tf.dispose([...variables.values(), ...masks.values()])
  return result
}

test('give the bits that their tensor operations give, and leave no tensor behind', async () => {
  await openEngine('wasm')
  const kernel = tf.getKernel(moveKernel, 'wasm')!
  const before = tf.memory().numTensors
  for (const choice of choices) {
    const name = JSON.stringify(choice)
    const [weights, slots] = await trained(choice)
    tf.unregisterKernel(moveKernel, 'wasm')
    const [composed, composedSlots] = await trained(choice)
    tf.registerKernel(kernel)
    assert.equal(weights, composed, name)
    assert.equal([...slots], [...composedSlots], name)
    assert.ok(weights.every(values => values.every(Number.isFinite)))
  }
  assert.is(tf.memory().numTensors, before)
})
