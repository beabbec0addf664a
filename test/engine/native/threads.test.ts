import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { nativeEnvironment } from '../../../src/engine/native/open.js'
import { assert, suite } from '../../suite.js'
import { builtHere, testEngines } from './built-here.js'

const test = suite('the native engine in worker threads')
const built = builtHere()
process.env['TRIMTAB_ENGINES'] = testEngines()
// Native code sees the environment of the process, not that of a thread.
Object.assign(process.env, nativeEnvironment)

const start = (steps: number): Worker =>
  new Worker(new URL('./thread-worker.js', import.meta.url), { workerData: { steps } })

test('threads train one after the other, also after one that was ended in mid-training', async () => {
  if (!built) return
  for (let round = 0; round < 3; round++) {
    const endless = start(Infinity)
    for (let step = 0; step < 3; step++) assert.ok(Number.isFinite((await once(endless, 'message'))[0]))
    assert.is(await endless.terminate(), 1)
    const whole = start(3)
    const losses: number[] = []
    whole.on('message', loss => losses.push(loss as number))
    assert.equal(await once(whole, 'exit'), [0])
    assert.is(losses.length, 3)
    assert.ok(losses.every(Number.isFinite), losses.join(', '))
  }
})
