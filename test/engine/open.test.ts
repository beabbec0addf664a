import { enginePromises } from '../../src/core/promise.js'
import { openEngine } from '../../src/engine/open.js'
import { layers, tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'

const test = suite('engines')

test('wasm and cpu open in one thread, and leave no listener behind', async () => {
  const count = (): number[] =>
    ['uncaughtException', 'unhandledRejection'].map(event => process.listenerCount(event))
  const before = count()
  for (const name of ['wasm', 'cpu', 'wasm'] as const) {
    const engine = await openEngine(name)
    assert.is(engine.name, name)
    assert.is(tf.getBackend(), name)
    assert.is(engine.promise, enginePromises[name])
    assert.match(engine.version, name === 'wasm' ? /^4\.\d+\.\d+\+[0-9a-f]{12}$/ : /^4\.\d+\.\d+$/)
    assert.equal(
      tf
        .tensor2d([[1, 2]])
        .matMul(tf.tensor2d([[3], [4]]))
        .arraySync(),
      [[11]],
    )
    assert.ok(engine.memory() > 0)
  }
  assert.equal(count(), before)
})

test('recurrent layers find the chained operations that they call', async () => {
  await openEngine('wasm')
  for (const make of [layers.layers.lstm, layers.layers.gru, layers.layers.simpleRNN]) {
    const layer = make({ units: 3 } as never)
    assert.equal((layer.apply(tf.ones([2, 4, 5])) as tf.Tensor).shape, [2, 3])
  }
})

test('an engine that is not there is a problem, not a crash', async () => {
  const fault = await openEngine('native').then(
    () => '',
    (error: Error) => error.message,
  )
  assert.match(fault, 'its addon is not built')
})
