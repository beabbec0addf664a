import { setTimeout as sleep } from 'node:timers/promises'
import { compileKernels } from '../../src/engine/kernels/backend-binary.js'
import { openPool } from '../../src/engine/threads/pool.js'
import { assert, suite } from '../suite.js'

const test = suite('a pool of threads')

const module = await compileKernels()

const opened = (threads: number) => {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 64, shared: true })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const pool = openPool({ module, memory, exports, scratch: () => 0 })
  pool.use(() => threads)
  return { pool, memory }
}

/** A job: dx = dy where x > 0, of `count` floats in pieces of 1,000; dy at 0, x at 512 K, dx at 1 M. */
const job = (count: number, at = 0) => ({
  kernel: 'bendGradient',
  given: [at, at + 2 ** 19, 1, at + 2 ** 20],
  count,
  grain: 1000,
  scratch: 0,
})

test('every piece is computed once, and other threads help', async () => {
  const { pool, memory } = opened(3)
  const floats = new Float32Array(memory.buffer)
  floats.fill(1, 2 ** 17, 2 ** 17 + 100_000)
  for (let round = 1; round <= 400; round++) {
    floats.fill(round, 0, 100_000)
    pool.run(job(100_000 - round))
    const out = floats.subarray(2 ** 18, 2 ** 18 + 100_000)
    assert.ok(
      out.every((value, i) => value === (i < 100_000 - round ? round : 99_999 - i)),
      `round ${round}`,
    )
    // The threads start between two rounds.
    if (round % 50 === 0) await sleep(20)
  }
  assert.ok(pool.helped() > 0)
})

test('a fault in any thread is an error of the job, and the next job is computed', async () => {
  const { pool, memory } = opened(3)
  for (let round = 0; round < 40; round++) pool.run(job(90_000))
  await sleep(100)
  for (let round = 0; round < 20; round++) {
    assert.throws(() => pool.run(job(90_000, 2 ** 21)), /the kernel bendGradient failed/)
    new Float32Array(memory.buffer).fill(2, 0, 2 ** 18)
    pool.run(job(90_000))
    assert.is(new Float32Array(memory.buffer)[2 ** 18 + 89_999], 2)
  }
})

test('memory that has grown is there for all threads', async () => {
  const { pool, memory } = opened(4)
  for (let round = 0; round < 40; round++) pool.run(job(90_000))
  await sleep(100)
  const grown = memory as WebAssembly.Memory & { grow(pages: number): number }
  const at = memory.buffer.byteLength
  grown.grow(32)
  const floats = new Float32Array(memory.buffer)
  floats.fill(3, at / 4)
  pool.run(job(90_000, at))
  assert.ok(floats.subarray((at + 2 ** 20) / 4, (at + 2 ** 20) / 4 + 90_000).every(value => value === 3))
})
