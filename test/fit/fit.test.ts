import { Worker } from 'node:worker_threads'
import type { Split } from '../../src/data/dataset.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { clipGradients } from '../../src/fit/clip.js'
import { fit } from '../../src/fit/fit.js'
import { assert, suite } from '../suite.js'
import { bits, optionsFor, train } from './fit-rig.js'

const test = suite('fit')

test.before(async () => {
  await openEngine('wasm')
})

test('every epoch sees every example once, in another order', async () => {
  const orders: number[][] = []
  let order: number[] = []
  const watched: Split = {
    ...train,
    *batches(most, rows) {
      order = []
      orders.push(order)
      for (const batch of train.batches(most, rows)) {
        order.push(...batch.indices)
        yield batch
      }
    },
  }
  const options = optionsFor({ train: watched, epochs: 3 })
  await fit(options)
  options.runnable.dispose()
  for (const each of orders)
    assert.equal(
      [...each].sort((a, b) => a - b),
      Array.from({ length: 45 }, (_, at) => at),
    )
  assert.is(new Set(orders.map(each => each.join())).size, 3)
})

test('clipping bounds the norm of all gradients together, or each number', () => {
  tf.tidy(() => {
    const gradients = new Map<string, tf.Tensor>([
      ['a', tf.tensor([3, 0])],
      ['b', tf.tensor([[0, -4]])],
    ])
    const read = (clipped: ReadonlyMap<string, tf.Tensor>) =>
      [...clipped.values()].map(g => [...g.dataSync()].map(v => Math.round(v * 1e6) / 1e6))
    assert.equal(read(clipGradients(gradients, { norm: 1 })), [
      [0.6, 0],
      [0, -0.8],
    ])
    assert.equal(read(clipGradients(gradients, { norm: 6 })), [
      [3, 0],
      [0, -4],
    ])
    assert.equal(read(clipGradients(gradients, { value: 2 })), [
      [2, 0],
      [0, -2],
    ])
    assert.equal(read(clipGradients(gradients, { value: 3, norm: 3 * Math.SQRT1_2 })), [
      [1.5, 0],
      [0, -1.5],
    ])
    assert.equal(read(clipGradients(new Map([['a', tf.tensor([0])]]), { norm: 1 })), [[0]])
  })
})

test('worker threads beside each other end with the same bits as alone', async () => {
  const alone = optionsFor()
  await fit(alone)
  const want = await bits(alone)
  alone.runnable.dispose()
  const worker = (busy: boolean): Promise<string> =>
    new Promise((done, broken) => {
      const thread = new Worker(new URL('./fit-worker.js', import.meta.url), { workerData: { busy } })
      thread.once('message', done)
      thread.once('error', broken)
    })
  const [a, b] = await Promise.all([worker(false), worker(true)])
  assert.equal([a, b], [want, want])
})
