import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeFolder } from '../../src/core/home.js'
import { assert, suite } from '../suite.js'

const test = suite("a lane's process whose executor dies as it starts")

const child = join(codeFolder(), 'run/worker/child.js')

/** Starts a process that starts a lane's process and is killed so many milliseconds later; the lane's process's id. */
const orphan = async (after: number): Promise<number> => {
  const code = `
    const { fork } = require('node:child_process')
    const made = fork(${JSON.stringify(child)}, ['--leads'], { detached: true, serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    process.stdout.write(String(made.pid), () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${after}))`
  const executor = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  executor.stdout.on('data', chunk => (said += chunk))
  await once(executor, 'close')
  return Number(said)
}

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('goes with it, at whatever moment of its start that is', async () => {
  const orphans: number[] = []
  for (const after of [0, 10, 20, 30, 40, 50, 60, 70, 80, 100, 120, 150, 200, 300])
    orphans.push(await orphan(after))
  assert.ok(orphans.every(pid => pid > 0))
  for (let waited = 0; waited < 10_000 && orphans.some(isThere); waited += 100) await sleep(100)
  const left = orphans.filter(isThere)
  for (const pid of left) process.kill(pid, 'SIGKILL')
  assert.equal(left, [])
})
