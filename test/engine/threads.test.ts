import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { helpedPieces } from '../../src/engine/wasm.js'
import { assert, suite } from '../suite.js'
import { wideDigest, wideNetworks } from './thread-digest.js'

const test = suite('several threads in one kernel')
const names = Object.keys(wideNetworks)

test('the same bits with 1, 2, 3 and 4 threads, and when their number changes under way', async () => {
  const alone: Record<string, string> = {}
  for (const name of names) alone[name] = await wideDigest(name, () => 1)
  assert.is(helpedPieces(), 0)
  for (const count of [2, 3, 4, 2])
    for (const name of names)
      assert.is(await wideDigest(name, () => count), alone[name], `${name}, ${count} threads`)
  assert.ok(helpedPieces() > 0)
  let asked = 0
  for (const name of names) assert.is(await wideDigest(name, () => 1 + (asked++ % 4)), alone[name])
  assert.ok(asked > 50)
})

test('threads without work use no processor', async () => {
  await wideDigest('convolutional', () => 3)
  await new Promise(resolve => setTimeout(resolve, 50))
  const before = process.cpuUsage()
  await new Promise(resolve => setTimeout(resolve, 400))
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 200_000, `${user + system} µs`)
})

test('they end with the thread that opened the engine, in the middle of a job', async () => {
  if (!existsSync('/proc/self/task'))
    return console.log('threads are not counted here: the system has no /proc')
  const count = (): number => readdirSync('/proc/self/task').length
  const before = count()
  for (let round = 0; round < 3; round++) {
    const worker = new Worker(new URL('thread-digest.js', import.meta.url), { workerData: 'train for ever' })
    await once(worker, 'message')
    assert.ok(count() >= before + 3)
    await worker.terminate()
  }
  // The system takes a moment to end a thread.
  for (let wait = 0; count() > before && wait < 100; wait++)
    await new Promise(resolve => setTimeout(resolve, 20))
  assert.ok(count() <= before, `${count()} threads, ${before} before`)
})

test('they do not keep a process alive', () => {
  const module = new URL('thread-digest.js', import.meta.url).href
  const code = `const { wideDigest } = await import(${JSON.stringify(module)}); console.log(await wideDigest('convolutional', () => 3))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    timeout: 60_000,
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  assert.match(said, /^[0-9a-f]{64}\n$/)
})
