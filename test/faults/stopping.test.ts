import { join } from 'node:path'
import { openStore } from '../../src/store/open.js'
import { childProcesses, liveThreads } from '../run/host-rig.js'
import { faulty } from '../run/kinds/faulty.js'
import { runSteps, type Ran, type Written } from '../run/rig.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('stopping: timeouts and Ctrl-C')

const newStore = () => openStore(join(emptyFolder(), '.trimtab'))
const mood = (name: string, more: Partial<Written> = {}): Written => ({
  id: name,
  spec: faulty,
  config: { mood: name },
  ...more,
})

/** Runs, and interrupts `after` milliseconds behind the first word of a running step. */
const interruptedRun = async (
  steps: readonly Written[],
  options: Parameters<typeof runSteps>[2] = {},
): Promise<Ran & { readonly took: number }> => {
  const controller = new AbortController()
  let asked = 0
  const ran = await runSteps(steps, await newStore(), {
    ...options,
    signal: controller.signal,
    emit: event => {
      if ((event.type !== 'log' && event.type !== 'progress') || asked > 0) return
      asked = performance.now()
      controller.abort()
    },
  })
  return { ...ran, took: performance.now() - asked }
}

test('Ctrl-C: a step stops at its next batch, long before the grace is over', async () => {
  const { became, record, took } = await interruptedRun(
    [mood('obedient'), { id: 'later', needs: ['obedient'] }],
    {
      grace: 10_000,
    },
  )
  assert.equal(became, { obedient: 'skipped', later: 'skipped' })
  assert.equal(
    record.instances.map(each => each.reason),
    ['interrupted', 'interrupted'],
  )
  assert.is(record.outcome, 'interrupted')
  assert.ok(took < 1000, `${took} ms`)
  assert.is(await liveThreads(), 0)
})

test('Ctrl-C: a step that does not listen is ended after the grace, in a thread and in a process', async () => {
  for (const lane of [{}, { lane: 'process' as const }]) {
    const { became, record, took } = await interruptedRun([mood('foreverWasm')], { grace: 300, ...lane })
    assert.equal(became, { foreverWasm: 'skipped' })
    assert.is(record.outcome, 'interrupted')
    assert.ok(took >= 300 && took < 2000, `${took} ms`)
    assert.is(await liveThreads(), 0)
    assert.equal(childProcesses(), [])
  }
})

test('Ctrl-C keeps what was finished: the next run reuses it', async () => {
  const store = await newStore()
  const steps: Written[] = [{ id: 'a', config: { value: 1 } }, mood('obedient', { needs: ['a'] })]
  const controller = new AbortController()
  const first = await runSteps(steps, store, {
    signal: controller.signal,
    emit: event => event.type === 'progress' && controller.abort(),
  })
  assert.equal(first.became, { a: 'finished', obedient: 'skipped' })
  const second = await runSteps([steps[0]!], store)
  assert.equal(second.became, { a: 'reused' })
})

test('a run cancelled before it began starts nothing', async () => {
  const controller = new AbortController()
  controller.abort()
  const { became, record, events } = await runSteps([{ id: 'a' }], await newStore(), {
    signal: controller.signal,
  })
  assert.equal(became, { a: 'skipped' })
  assert.is(record.outcome, 'interrupted')
  assert.not(events.some(each => each.type === 'started'))
})

test('a timeout ends an endless step, in JavaScript, in wasm, asleep, and in a process', async () => {
  for (const [name, lane] of [
    ['foreverJs', {}],
    ['foreverWasm', {}],
    ['foreverSleeping', {}],
    ['foreverWasm', { lane: 'process' as const }],
  ] as const) {
    const { record } = await runSteps([mood(name, { timeout: 400 }), { id: 'other' }], await newStore(), {
      grace: 50,
      keepGoing: true,
      ...lane,
    })
    const [late, other] = record.instances
    assert.is(late!.status, 'failed')
    assert.equal(
      late!.problems!.map(each => `${each.code}: ${each.message}`),
      [`step-timeout: "${name}" took longer than its timeout of 400 ms`],
    )
    assert.is(other!.status, 'finished')
    assert.is(await liveThreads(), 0)
    assert.equal(childProcesses(), [])
  }
})

test('a timeout of a month does not go off at once', async () => {
  const { became } = await runSteps([{ id: 'a', timeout: 30 * 24 * 3600 * 1000 }], await newStore())
  assert.equal(became, { a: 'finished' })
})

test('a step that times out is tried again in a fresh thread', async () => {
  const { record, events } = await runSteps(
    [mood('foreverWasm', { timeout: 300, retries: 1 })],
    await newStore(),
    {
      grace: 50,
    },
  )
  assert.is(record.instances[0]!.attempts, 2)
  assert.is(events.filter(each => each.type === 'started').length, 2)
})
