import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageFolder } from '../../src/core/home.js'
import type { Event } from '../../src/core/event.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('the command, when something ends it or its processes')

const recipe = (epochs: number): string => `
trimtab: 1
seed: 3
engine: wasm
steps:
  digits:
    kind: dataset
    source: {digits: {examples: 300}}
    split: {train: 0.9, validation: 0.1}
    normalize: {divide: 255}
  base:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: ${epochs}
    batchSize: 32
`

interface Ran {
  readonly code: number | null
  readonly events: readonly Event[]
  readonly stderr: string
}

/** Runs the real command and, at the first progress of the training, does something to it. */
const runUntil = async (
  folder: string,
  env: Record<string, string>,
  then: (executor: number) => void,
): Promise<Ran> => {
  const child = spawn(process.execPath, [join(packageFolder(), 'bin/trimtab.js'), 'run', 'recipe.yml'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let done = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (done || !/"type":"progress","instance":"base"/.test(stdout)) return
    done = true
    then(child.pid!)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const events = stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Event)
  return { code, events, stderr }
}

const childrenOf = (parent: number): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(name => {
      try {
        return (
          Number(
            readFileSync(`/proc/${name}/stat`, 'utf8')
              .replace(/^.*\) /, '')
              .split(' ')[1],
          ) === parent
        )
      } catch {
        return false
      }
    })
    .map(Number)

const project = (epochs = 100_000): string => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'recipe.yml'), recipe(epochs))
  return folder
}

const reusedIn = (events: readonly Event[]): readonly string[] =>
  events.flatMap(each => (each.type === 'reused' ? each.instances : []))

for (const lane of ['thread', 'process'])
  test(`Ctrl-C, ${lane}: exit code 130, finished work kept, nothing left running`, async () => {
    const folder = project()
    let children: readonly number[] = []
    const first = await runUntil(folder, { TRIMTAB_LANE: lane }, executor => {
      children = childrenOf(executor)
      process.kill(executor, 'SIGINT')
    })
    assert.is(first.code, 130, first.stderr)
    assert.is(children.length > 0, lane === 'process')
    for (const each of children) assert.not(existsSync(`/proc/${each}`))
    writeFileSync(join(folder, 'recipe.yml'), recipe(1))
    const second = await runUntil(folder, {}, () => undefined)
    assert.is(second.code, 0, second.stderr)
    assert.equal(reusedIn(second.events), ['digits'])
  })

test("its lane's process killed with SIGKILL: exit code 3, the problem said, finished work kept", async () => {
  const folder = project()
  const first = await runUntil(folder, { TRIMTAB_LANE: 'process' }, executor => {
    for (const each of childrenOf(executor)) process.kill(each, 'SIGKILL')
  })
  assert.is(first.code, 3, first.stderr)
  const said = /recipe\.yml:11:3 error the process that ran kind "train" was ended by SIGKILL \[lane-died\]/
  assert.match(first.stderr, said)
  writeFileSync(join(folder, 'recipe.yml'), recipe(1))
  const second = await runUntil(folder, {}, () => undefined)
  assert.equal(reusedIn(second.events), ['digits'])
})

test('the command itself killed: its processes leave, and the next run reuses what was finished', async () => {
  const folder = project()
  let children: readonly number[] = []
  const first = await runUntil(folder, { TRIMTAB_LANE: 'process' }, executor => {
    children = childrenOf(executor)
    process.kill(executor, 'SIGKILL')
  })
  assert.is(first.code, null)
  assert.ok(children.length > 0)
  const left = (): boolean => children.some(each => existsSync(`/proc/${each}`))
  for (let tries = 0; left() && tries < 60; tries++) await sleep(50)
  assert.not(left())
  writeFileSync(join(folder, 'recipe.yml'), recipe(1))
  const second = await runUntil(folder, {}, () => undefined)
  assert.is(second.code, 0, second.stderr)
  assert.equal(reusedIn(second.events), ['digits'])
})
