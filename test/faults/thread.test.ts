import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openStore } from '../../src/store/open.js'
import { faultyAssignment, liveThreads, newThread, said, watch } from '../run/host-rig.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('a thread and what may go wrong in it')

/** Runs one mood, then proves that the host still works and that nothing of it is left behind. */
const afterwards = async (mood: string, stopped?: 'hard' | 'soft'): Promise<string> => {
  const host = await newThread()
  const watched = watch()
  const running = host.run(faultyAssignment(mood), watched.hooks)
  if (stopped) {
    await watched.spoke
    watched[stopped].abort()
  }
  const ended = await running
  assert.is((await host.run(faultyAssignment('fine'), watch().hooks)).type, 'done', `after ${mood}`)
  await host.renew()
  assert.is(await liveThreads(), 0, `threads left after ${mood}`)
  return said(ended)
}

test('an output comes back as plain JSON, without figures that are none', async () => {
  const host = await newThread()
  const assignment = faultyAssignment('fine')
  const ended = await host.run(assignment, watch().hooks)
  await host.renew()
  assert.ok(ended.type === 'done')
  assert.equal(ended.output.metrics, { test: { one: 1 }, model: { kept: 0 } })
  const store = await openStore(assignment.store)
  const { digest } = ended.output.outputs.out!.objects.body!
  assert.is(Buffer.from(await store.objects.get(digest)).toString(), 'fine fine')
})

test('problems come back as they were thrown, all of them', async () => {
  const host = await newThread()
  const ended = await host.run(faultyAssignment('problems'), watch().hooks)
  await host.renew()
  assert.ok(ended.type === 'failed')
  assert.equal(ended.problems, [
    { code: 'bad-weather', severity: 'error', message: 'it rains', hint: 'Wait.' },
    { code: 'bad-mood', severity: 'error', message: 'and it is cold' },
  ])
})

test('an unknown error is a crash: its message for the user, its stack in a file', async () => {
  const host = await newThread()
  const assignment = faultyAssignment('throws')
  const ended = await host.run(assignment, watch().hooks)
  await host.renew()
  assert.ok(ended.type === 'failed')
  assert.is(said(ended), 'step-crashed: kind "faulty" crashed: a plain bug')
  assert.ok(ended.problems[0]!.hint?.includes(assignment.crashFile))
  assert.match(readFileSync(assignment.crashFile, 'utf8'), /TypeError: a plain bug\n\s+at /)
})

test('whatever is thrown, wherever, is a problem of the step alone', async () => {
  assert.is(await afterwards('throwsNothing'), 'step-crashed: kind "faulty" crashed: a string')
  assert.is(await afterwards('rejects'), 'step-crashed: kind "faulty" crashed: thrown where nobody listens')
  assert.match(await afterwards('notJson'), /^step-crashed: .*BigInt/)
  assert.is(await afterwards('exits'), 'lane-died: kind "faulty" ended its worker thread (exit code 7)')
})

test('a thread out of memory fails its step, and the executor lives', async () => {
  assert.match(await afterwards('heap'), /^worker-out-of-memory: .*JavaScript heap/)
  assert.match(await afterwards('buffers'), /^worker-out-of-memory: .*Array buffer allocation failed/)
  assert.match(await afterwards('wasmMemory'), /^worker-out-of-memory: .*WebAssembly.Memory.grow/)
})

test('an endless loop is ended, in JavaScript and in wasm', async () => {
  assert.is(await afterwards('foreverJs', 'hard'), 'cancelled')
  assert.is(await afterwards('foreverWasm', 'hard'), 'cancelled')
})

test('a step that looks at the flag stops at its next batch and keeps its thread', async () => {
  const host = await newThread()
  const watched = watch()
  const running = host.run(faultyAssignment('obedient'), watched.hooks)
  await watched.spoke
  const asked = performance.now()
  watched.soft.abort()
  assert.is((await running).type, 'cancelled')
  const took = performance.now() - asked
  assert.ok(took < 500, `stopped after ${took} ms of batches of 20 ms`)
  await host.renew()
})

test('a step asked to stop before it began stops at once', async () => {
  const host = await newThread()
  const watched = watch()
  watched.soft.abort()
  assert.is((await host.run(faultyAssignment('obedient'), watched.hooks)).type, 'cancelled')
  await host.renew()
})

test('what is printed becomes logs, progress is thinned, and the last words arrive', async () => {
  const host = await newThread()
  const watched = watch()
  await host.run(faultyAssignment('talks'), watched.hooks)
  await host.renew()
  assert.equal(watched.logs, ['info: said 1', 'warning: warned', 'info: last words'])
  assert.ok(
    watched.progress.length >= 1 && watched.progress.length <= 20,
    `${watched.progress.length} of 5000`,
  )
})

test('a result tells how much memory its worker holds on to, wasm included', async () => {
  const host = await newThread()
  const before = await host.run(faultyAssignment('fine'), watch().hooks)
  const after = await host.run(faultyAssignment('hoard', { megabytes: 200 }), watch().hooks)
  await host.renew()
  const grown = (after.memory - before.memory) / 1024 / 1024
  assert.ok(grown > 190 && grown < 230, `grew by ${grown} MB for 200`)
})

test('a run folder that cannot be written hides nothing', async () => {
  const host = await newThread()
  const crashFile = join(emptyFolder(), 'a file', 'crash.txt')
  writeFileSync(dirname(crashFile), '')
  const assignment = { ...faultyAssignment('throws'), crashFile }
  const ended = await host.run(assignment, watch().hooks)
  await host.renew()
  assert.is(said(ended), 'step-crashed: kind "faulty" crashed: a plain bug')
  assert.not(existsSync(assignment.crashFile))
})

test('a kind without `run` says so', async () => {
  const host = await newThread()
  const assignment = faultyAssignment('fine')
  const module = new URL('host-rig.js', assignment.step.module!.replace('/kinds/', '/')).href
  const ended = await host.run({ ...assignment, step: { ...assignment.step, module } }, watch().hooks)
  const absent = await host.run(
    { ...assignment, step: { ...assignment.step, module: 'file:///nowhere/kind.js' } },
    watch().hooks,
  )
  await host.renew()
  assert.match(said(ended), /^kind-without-run: kind "faulty": file:.*host-rig.js exports no function `run`/)
  assert.match(said(absent), /^step-crashed: .*Cannot find module/)
})
