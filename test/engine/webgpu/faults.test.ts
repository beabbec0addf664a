import type { ProblemError } from '../../../src/core/problem.js'
import { openEngine } from '../../../src/engine/open.js'
import { tf } from '../../../src/engine/tf.js'
import { assert, suite } from '../../suite.js'
import { whyNoWebgpu } from './here.js'
import { nets, threeSteps } from './nets.js'

const test = suite('faults of a GPU')

const codesOf = (work: () => Promise<unknown>): Promise<string[]> =>
  work().then(
    () => [],
    (error: ProblemError) => {
      if (error.problems === undefined) throw error
      return error.problems.map(({ code, message }) => `${code}: ${message}`)
    },
  )

const sum = async (): Promise<number> => {
  const [a, b] = [tf.ones([40, 50]), tf.tensor2d(new Float32Array(2000).fill(2), [40, 50])]
  const total = tf.tidy(() => tf.sum(tf.mul(a, b)))
  const [value] = await total.data()
  tf.dispose([a, b, total])
  return value!
}

if (whyNoWebgpu !== undefined) {
  console.log(whyNoWebgpu)
  test.skip(whyNoWebgpu, () => undefined)
} else {
  test('a device that is lost is a problem of its step, and the next step gets another device', async () => {
    await openEngine('webgpu')
    assert.is(await sum(), 4000)
    const { device } = tf.backend() as unknown as { device: { destroy(): void } }
    const held = tf.ones([1000])
    const doubled = tf.mul(held, 2)
    device.destroy()
    const lost = await codesOf(() => doubled.data() as Promise<unknown>)
    assert.match(lost.join(), /^engine-lost: the GPU was lost in mid-step/)
    // Every later use says the same.
    assert.match((await codesOf(sum)).join(), /^engine-lost/)
    await openEngine('webgpu')
    assert.is(await sum(), 4000)
  })

  test('a tensor that is larger than the GPU takes is no memory, not zeros; the next step has none of it', async () => {
    await openEngine('webgpu')
    const faults = await codesOf(async () => {
      const tall = tf.ones([1024, 1])
      const wide = tf.ones([1, 64 * 1024])
      const product = tf.tidy(() => tf.sum(tf.add(tf.mul(tall, wide), 1)))
      try {
        return await product.data()
      } finally {
        tf.dispose([tall, wide, product])
      }
    })
    assert.is(faults.length, 1)
    assert.match(faults[0]!, /^out-of-memory: a tensor of this step is larger than this GPU takes: .*size/)
    await openEngine('webgpu')
    assert.is(await sum(), 4000)
  })

  test('a training that diverges says so', async () => {
    await openEngine('webgpu')
    const faults = await codesOf(() => threeSteps(nets['cnn']!, { learningRate: () => 1e30, epochs: 2 }))
    assert.match(faults.join(), /^training-diverged: the (validation )?loss became/)
  })
}
