import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { codeFolder } from '../../src/core/home.js'
import { childProcesses, faultyAssignment, newProcess, said, watch } from '../run/host-rig.js'
import { assert, suite } from '../suite.js'

const test = suite("a lane's process with what it started, and between two steps")

/** Does a process run? A zombie does not. */
const runs = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const isGone = async (pid: number): Promise<boolean> => {
  for (let tries = 0; runs(pid) && tries < 60; tries++) await sleep(50)
  return !runs(pid)
}

const grandchildOf = (file: string): number => Number(readFileSync(file, 'utf8'))

/** Starts a step that starts a process and then does as the mood says; that process's id. */
const withGrandchild = async (next: string) => {
  const assignment = faultyAssignment('hasChild', { next })
  const host = newProcess()
  const watched = watch()
  const ended = host.run(assignment, watched.hooks)
  await watched.spoke
  const { scratch } = assignment.step.config as { scratch: string }
  const grandchild = grandchildOf(scratch)
  return { host, ended, watched, grandchild }
}

test('a step that is ended takes what it started along', async () => {
  const { ended, watched, grandchild } = await withGrandchild('waits')
  assert.ok(runs(grandchild))
  watched.hard.abort()
  assert.is((await ended).type, 'cancelled')
  assert.ok(await isGone(grandchild))
})

test('so does one that crashes', async () => {
  const { ended, grandchild } = await withGrandchild('crashes')
  assert.match(said(await ended), /^lane-died: .*SIGSEGV/)
  assert.ok(await isGone(grandchild))
  assert.equal(childProcesses(), [])
})

test('what a step left running ends with the lane', async () => {
  const { host, ended, grandchild } = await withGrandchild('ends')
  assert.is((await ended).type, 'done')
  await host.renew()
  assert.ok(await isGone(grandchild))
})

test('a process that is killed between two steps is no fault of the next one', async () => {
  const host = newProcess()
  for (let round = 0; round < 3; round++) {
    assert.is((await host.run(faultyAssignment('fine'), watch().hooks)).type, 'done')
    process.kill(childProcesses()[0]!, 'SIGKILL')
    // At once, and after its end is known.
    if (round > 0) await sleep(100)
  }
  assert.is((await host.run(faultyAssignment('fine'), watch().hooks)).type, 'done')
  await host.renew()
  assert.equal(childProcesses(), [])
})

test('what is ended at once leaves nothing', async () => {
  const host = newProcess()
  const watched = watch()
  watched.hard.abort()
  assert.is((await host.run(faultyAssignment('foreverJs'), watched.hooks)).type, 'cancelled')
  await host.renew()
  assert.equal(childProcesses(), [])
})

test('a step leaves no crash file where it ended well', async () => {
  const host = newProcess()
  const assignment = faultyAssignment('writesErrors')
  assert.is((await host.run(assignment, watch().hooks)).type, 'done')
  await host.renew()
  assert.not(existsSync(assignment.crashFile))
  assert.not(existsSync(join(assignment.crashFile, '..')))
})

/** A process that runs one step in a lane and says its ids: its lane's process, and the one that the step started. */
const executorOf = (mood: string, more: Record<string, unknown>, silence = 60_000) => {
  const assignment = faultyAssignment(mood, more)
  const rig = pathToFileURL(join(dirname(codeFolder()), 'test/run/host-rig.js')).href
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { newProcess, watch, childProcesses, said } from ${JSON.stringify(rig)}
       const watched = watch()
       const ended = newProcess(${silence}).run(${JSON.stringify(assignment)}, watched.hooks)
       await watched.spoke
       console.log(childProcesses()[0])
       process.on('SIGUSR2', () => watched.soft.abort())
       console.log(said(await ended))
       process.exit()`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => ((await lines.next()) as { value: string }).value
  return { child, next, scratch: (assignment.step.config as { scratch: string }).scratch }
}

test('when the executor is killed, what its steps have started goes too', async () => {
  const { child, next, scratch } = executorOf('hasChild', { next: 'waits' })
  const lane = Number(await next())
  const grandchild = grandchildOf(scratch)
  assert.ok(runs(lane) && runs(grandchild))
  child.kill('SIGKILL')
  assert.ok((await isGone(lane)) && (await isGone(grandchild)))
})

test('an executor that was stopped for longer than the silence takes its lane for alive', async () => {
  const { child, next } = executorOf('obedient', {}, 2000)
  await next()
  child.kill('SIGSTOP')
  await sleep(3500)
  child.kill('SIGCONT')
  await sleep(300)
  child.kill('SIGUSR2')
  assert.is(await next(), 'cancelled')
  await once(child, 'exit')
})
