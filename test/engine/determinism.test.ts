import { Worker } from 'node:worker_threads'
import type { Backend } from '../../src/engine/kernels/heap.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { networkNames, trainedDigest } from './train-digest.js'

const test = suite('training on wasm gives the same bits')

const inWorker = (): Promise<Record<string, string>> =>
  new Promise((done, broken) => {
    const worker = new Worker(new URL('train-digest.js', import.meta.url))
    worker.once('message', done)
    worker.once('error', broken)
  })

const here = async (): Promise<Record<string, string>> => {
  const digests: Record<string, string> = {}
  for (const name of networkNames) digests[name] = await trainedDigest(name, 6)
  return digests
}

test('from run to run, in several threads at once, and beside other work', async () => {
  const first = await here()
  assert.is(new Set(Object.values(first)).size, networkNames.length)
  // Three threads and this one compete for the processor; this one's heap holds other tensors by now.
  const other = tf.randomNormal([500, 500], 0, 1, 'float32', 1)
  const workers = Promise.all([inWorker(), inWorker(), inWorker()])
  const beside = await here()
  other.dispose()
  assert.equal(beside, first)
  for (const digests of await workers) assert.equal(digests, first)
})

test('another order of the same networks changes nothing', async () => {
  const forward = await here()
  for (const name of networkNames.toReversed()) assert.is(await trainedDigest(name, 6), forward[name])
})

test('memory stays flat over hundreds of steps', async () => {
  const engine = await openEngine('wasm')
  for (const name of networkNames) await trainedDigest(name, 3)
  const bytes = engine.memory()
  const tensors = tf.memory().numTensors
  for (const name of networkNames) await trainedDigest(name, name === 'convolutional' ? 300 : 60)
  assert.is(engine.memory(), bytes)
  assert.is(tf.memory().numTensors, tensors)
})

test('memory that cannot be had is an error that says so, and the engine goes on', async () => {
  const engine = await openEngine('wasm')
  const backend = tf.backend() as tf.KernelBackend & Backend
  const kept: tf.TensorInfo[] = []
  assert.throws(
    () => {
      // Never written, so that the machine need not have what is asked of it.
      for (let i = 0; i < 40; i++) kept.push(backend.makeOutput([2 ** 26], 'float32'))
    },
    (error: Error) => error instanceof RangeError && error.message.includes('out of memory: it holds'),
  )
  assert.ok(kept.length >= 4 && engine.memory() <= 2 ** 32)
  for (const each of kept) backend.disposeData(each.dataId)
  assert.equal(tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync(), new Float32Array(4).fill(2))
})
