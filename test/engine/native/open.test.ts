import { homedir } from 'node:os'
import { join } from 'node:path'
import { enginePromises } from '../../../src/core/promise.js'
import { findNative } from '../../../src/engine/native/find.js'
import { openEngine } from '../../../src/engine/open.js'
import { probeEngines } from '../../../src/engine/probe.js'
import { layers, tf } from '../../../src/engine/tf.js'
import { assert, suite } from '../../suite.js'

process.env['TRIMTAB_ENGINES'] =
  process.env['TRIMTAB_TEST_ENGINES'] ?? join(homedir(), '.cache/trimtab/engines')

const test = suite('the native engine')
const state = findNative()
if (!state.ready) console.log(`native did not run: ${state.why}`)

test('what the probe says is what opens', async () => {
  const report = (await probeEngines()).find(({ name }) => name === 'native')!
  assert.is(report.available, state.ready)
  if (!state.ready) return
  const engine = await openEngine('native')
  assert.is(engine.name, 'native')
  assert.is(tf.getBackend(), 'tensorflow')
  assert.is(engine.version, report.version)
  assert.match(engine.version, /^4\.\d+\.\d+\+tf2\.\d+\.\d+\+[0-9a-f]{12}\.\d+$/)
  assert.is(engine.promise, enginePromises.native)
})

/** Three Adam steps of a small CNN; its weights, one after the other. */
const trained = async (): Promise<number[][]> => {
  const net = layers.sequential()
  const seeded = (seed: number): ReturnType<typeof layers.initializers.glorotUniform> =>
    layers.initializers.glorotUniform({ seed })
  net.add(
    layers.layers.conv2d({
      inputShape: [8, 8, 3],
      filters: 6,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: seeded(1),
    }),
  )
  net.add(layers.layers.batchNormalization())
  net.add(layers.layers.maxPooling2d({ poolSize: 2 }))
  net.add(layers.layers.depthwiseConv2d({ kernelSize: 3, depthwiseInitializer: seeded(2) }))
  net.add(layers.layers.flatten())
  net.add(layers.layers.dense({ units: 4, activation: 'softmax', kernelInitializer: seeded(3) }))
  net.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
  const x = tf.randomUniform([16, 8, 8, 3], -1, 1, 'float32', 5)
  const y = tf.oneHot(tf.range(0, 16, 1, 'int32').mod(tf.scalar(4, 'int32')), 4)
  for (let step = 0; step < 3; step++) await net.trainOnBatch(x, y)
  return net.getWeights().map(weight => [...weight.dataSync()])
}

test('three Adam steps are those of the cpu engine, within its promise', async () => {
  if (!state.ready) return
  await openEngine('cpu')
  const oracle = await trained()
  await openEngine('native')
  const native = await trained()
  assert.is(native.length, oracle.length)
  for (const [i, weights] of native.entries()) {
    const apart = Math.max(...weights.map((value, j) => Math.abs(value - oracle[i]![j]!)))
    assert.ok(apart <= 2e-5, `tensor ${i} is ${apart} apart`)
  }
})

test('memory grows with tensors and falls with them', async () => {
  if (!state.ready) return
  const engine = await openEngine('native')
  const before = engine.memory()
  const made = tf.zeros([1000, 100])
  assert.is(engine.memory(), before + 400_000)
  made.dispose()
  assert.is(engine.memory(), before)
})
