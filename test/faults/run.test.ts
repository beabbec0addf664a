import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../src/store/open.js'
import { childProcesses, liveThreads } from '../run/host-rig.js'
import { faulty } from '../run/kinds/faulty.js'
import { runSteps, type Ran, type Written } from '../run/rig.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('a run and what may go wrong in its steps')

const newStore = () => openStore(join(emptyFolder(), '.trimtab'))

/** One bad step beside good ones: only it fails, the executor goes on, and the next run reuses the rest. */
const besides = async (mood: string, options: Parameters<typeof runSteps>[2] = {}): Promise<Ran> => {
  const store = await newStore()
  const steps: Written[] = [
    { id: 'before', config: { value: 1 } },
    { id: 'bad', spec: faulty, config: { mood, scratch: join(emptyFolder(), 'x') }, needs: ['before'] },
    { id: 'beside', config: { value: 2 }, from: ['before'] },
    { id: 'after', config: { value: 3 }, from: ['beside'] },
  ]
  const ran = await runSteps(steps, store, { keepGoing: true, heapMegabytes: 64, ...options })
  assert.equal(ran.became, { before: 'finished', bad: 'failed', beside: 'finished', after: 'finished' })
  assert.is(ran.record.outcome, 'step-failed')
  const again = await runSteps(
    steps.filter(each => each.id !== 'bad'),
    store,
  )
  assert.equal(again.became, { before: 'reused', beside: 'reused', after: 'reused' })
  assert.is(await liveThreads(), 0)
  assert.equal(childProcesses(), [])
  return ran
}

const problemOf = ({ record }: Ran): string => {
  const [found] = record.instances.find(each => each.instance === 'bad')!.problems!
  return `${found!.code}: ${found!.message}`
}

test('a worker out of memory', async () => {
  assert.match(problemOf(await besides('heap')), /^worker-out-of-memory: /)
})

test('a crash: the hint names a file in the folder of the run, and it is there', async () => {
  const ran = await besides('throws')
  const { hint } = ran.record.instances[1]!.problems![0]!
  const file = /Its stack is in (.*)$/.exec(hint!)![1]!
  assert.ok(file.includes(join('runs', ran.record.id)))
  assert.ok(existsSync(file))
})

test("a lane's process killed with SIGKILL", async () => {
  assert.is(
    problemOf(await besides('sigkill', { lane: 'process' })),
    'lane-died: the process that ran kind "faulty" was ended by SIGKILL',
  )
})

test('a process killed half way through its writes leaves nothing that counts', async () => {
  assert.match(problemOf(await besides('half', { lane: 'process' })), /^lane-died: /)
})

test('a kind that does not keep what it declares', async () => {
  assert.is(
    problemOf(await besides('wrongType')),
    'kind-broke-contract: kind "faulty" declares the output "out" as file and made a model',
  )
  assert.is(
    problemOf(await besides('noOutput')),
    'kind-broke-contract: kind "faulty" declares the output "out" and did not make it',
  )
})
