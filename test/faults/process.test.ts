import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { codeFolder } from '../../src/core/home.js'
import { openStore } from '../../src/store/open.js'
import { childProcesses, faultyAssignment, newProcess, said, watch } from '../run/host-rig.js'
import { assert, suite } from '../suite.js'

const test = suite("a lane's process and what may go wrong in it")

const afterwards = async (mood: string, hard = false): Promise<string> => {
  const host = newProcess()
  const watched = watch()
  const running = host.run(faultyAssignment(mood), watched.hooks)
  if (hard) {
    await watched.spoke
    watched.hard.abort()
  }
  const ended = await running
  assert.is((await host.run(faultyAssignment('fine'), watch().hooks)).type, 'done', `after ${mood}`)
  await host.renew()
  assert.equal(childProcesses(), [], `processes left after ${mood}`)
  return said(ended)
}

test('the same step file gives the same output as in a thread, and logs come through', async () => {
  const host = newProcess()
  const watched = watch()
  const ended = await host.run(faultyAssignment('talks'), watched.hooks)
  assert.is(ended.type, 'done')
  assert.equal(watched.logs, ['info: said 1', 'warning: warned', 'info: last words'])
  assert.is(childProcesses().length, 1)
  assert.match(said(await host.run(faultyAssignment('throws'), watch().hooks)), /^step-crashed: /)
  assert.is(childProcesses().length, 1)
  await host.renew()
  assert.equal(childProcesses(), [])
})

test('a process that dies fails its step, says how, and the lane goes on', async () => {
  assert.is(await afterwards('sigkill'), 'lane-died: the process that ran kind "faulty" was ended by SIGKILL')
  assert.is(await afterwards('segv'), 'lane-died: the process that ran kind "faulty" was ended by SIGSEGV')
  assert.is(await afterwards('abort'), 'lane-died: the process that ran kind "faulty" was ended by SIGABRT')
})

test('an allocation that no thread survives ends the process only', async () => {
  assert.match(await afterwards('hugeArray'), /^worker-out-of-memory: .*SIGABRT/)
})

test('an endless wasm loop is ended with its process', async () => {
  assert.is(await afterwards('foreverWasm', true), 'cancelled')
})

test('a process that gives no sign of life is ended', async () => {
  const host = newProcess(1500)
  const ended = await host.run(faultyAssignment('stop'), watch().hooks)
  assert.is(
    said(ended),
    'lane-died: the process that ran kind "faulty" gave no sign of life for 1.5 s and was ended',
  )
  assert.equal(childProcesses(), [])
})

test('a long step is no silence: the process answers while its thread does not', async () => {
  const host = newProcess(1500)
  const watched = watch()
  const running = host.run(faultyAssignment('foreverWasm'), watched.hooks)
  await sleep(2500)
  assert.is(childProcesses().length, 1)
  watched.hard.abort()
  assert.is((await running).type, 'cancelled')
})

test('asked to stop, the step in the process stops at its next batch', async () => {
  const host = newProcess()
  const watched = watch()
  const running = host.run(faultyAssignment('obedient'), watched.hooks)
  await watched.spoke
  const asked = performance.now()
  watched.soft.abort()
  assert.is((await running).type, 'cancelled')
  assert.ok(performance.now() - asked < 500)
  await host.renew()
})

test('a terminal sends SIGINT to the whole group: the process ignores it', async () => {
  const host = newProcess()
  const watched = watch()
  const running = host.run(faultyAssignment('obedient'), watched.hooks)
  await watched.spoke
  process.kill(childProcesses()[0]!, 'SIGINT')
  await sleep(150)
  assert.is(childProcesses().length, 1)
  watched.soft.abort()
  assert.is((await running).type, 'cancelled')
  await host.renew()
})

test('what a killed step left behind is no object and no result', async () => {
  const host = newProcess()
  const assignment = faultyAssignment('half')
  assert.match(said(await host.run(assignment, watch().hooks)), /^lane-died: /)
  const store = await openStore(assignment.store)
  const objects = readdirSync(join(assignment.store, 'objects'), { recursive: true, withFileTypes: true })
  for (const entry of objects.filter(each => each.isFile())) {
    const digest = `sha256:${entry.parentPath.slice(-2)}${entry.name}`
    assert.ok(await store.objects.verify(digest as Parameters<typeof store.objects.verify>[0]))
  }
  assert.not(existsSync(join(assignment.store, 'results')))
})

test('when the executor is killed, its process leaves too, even in an endless wasm loop', async () => {
  const assignment = faultyAssignment('foreverWasm')
  const rig = pathToFileURL(join(dirname(codeFolder()), 'test/run/host-rig.js')).href
  const executor = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { newProcess, watch, childProcesses } from ${JSON.stringify(rig)}
       const watched = watch()
       void newProcess().run(${JSON.stringify(assignment)}, watched.hooks)
       await watched.spoke
       console.log(childProcesses()[0])`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(executor.stdout.setEncoding('utf8'), 'data')) as [string]
  const orphan = Number(line)
  assert.ok(orphan > 0)
  executor.kill('SIGKILL')
  await once(executor, 'exit')
  for (let tries = 0; existsSync(`/proc/${orphan}`) && tries < 50; tries++) await sleep(50)
  assert.not(existsSync(`/proc/${orphan}`))
})
