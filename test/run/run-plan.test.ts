import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { childProcesses, liveThreads } from './host-rig.js'
import { faulty } from './kinds/faulty.js'
import { exclusiveTick } from './kinds/tick.js'
import { runSteps, type Written } from './rig.js'

const test = suite('a run')

const diamond: readonly Written[] = [
  { id: 'a', config: { value: 1 } },
  { id: 'b', config: { value: 10 }, from: ['a'] },
  { id: 'c', config: { value: 100 }, from: ['a'] },
  { id: 'd', config: { value: 1000 }, from: ['b', 'c'] },
]

const newStore = () => openStore(join(emptyFolder(), '.trimtab'))

test('computes what the steps say, then reuses everything, without a thread', async () => {
  const store = await newStore()
  const first = await runSteps(diamond, store)
  assert.equal(first.became, { a: 'finished', b: 'finished', c: 'finished', d: 'finished' })
  assert.is(first.record.outcome, 'passed')
  // 1000 + (10 + 1) + (100 + 1)
  assert.is(first.record.instances[3]!.output!.metrics!.model!.sum, 1112)
  const second = await runSteps(diamond, store)
  assert.equal(second.became, { a: 'reused', b: 'reused', c: 'reused', d: 'reused' })
  assert.equal(
    second.events.map(each => each.type),
    ['planned', 'reused', 'ended'],
  )
  const outputs = (ran: typeof first): unknown => ran.record.instances.map(each => each.output)
  assert.equal(outputs(second), outputs(first))
  assert.is(await liveThreads(), 0)
})

test('says what happens in order, and journals exactly what it said', async () => {
  const store = await newStore()
  const { events, record } = await runSteps(diamond, store)
  const texts = events.map(each => ('instance' in each ? `${each.type} ${each.instance}` : each.type))
  assert.equal(texts.slice(0, 3), ['planned', 'started a', 'finished a'])
  assert.equal(texts.slice(-3), ['started d', 'finished d', 'ended'])
  assert.equal(await store.runs.journal(record.id), events)
  assert.equal(await store.runs.read(record.id), JSON.parse(JSON.stringify(record)))
})

test('a change is made again, with what hangs on it and nothing else', async () => {
  const store = await newStore()
  await runSteps(diamond, store)
  const changed = diamond.map(step => (step.id === 'b' ? { ...step, config: { value: 20 } } : step))
  const { became } = await runSteps(changed, store)
  assert.equal(became, { a: 'reused', b: 'finished', c: 'reused', d: 'finished' })
})

test('early cutoff: what was pending is reused when its inputs come out as before', async () => {
  const store = await newStore()
  const steps = (value: number): Written[] => [
    { id: 'a', config: { value, coarse: true } },
    { id: 'b', config: { value: 10 }, from: ['a'] },
    { id: 'c', config: { value: 100 }, from: ['b'] },
  ]
  await runSteps(steps(1), store)
  const { became, events } = await runSteps(steps(2), store)
  assert.equal(became, { a: 'finished', b: 'reused', c: 'reused' })
  const planned = events.find(each => each.type === 'planned')
  assert.equal(
    planned!.instances.map(each => each.status),
    ['miss', 'pending', 'pending'],
  )
})

test('two steps with one key are made once', async () => {
  const store = await newStore()
  const trace = join(emptyFolder(), 'trace')
  const twins = ['a', 'b'].map(id => ({ id, config: { value: 5, trace, milliseconds: 30 } }))
  // The trace is no part of the key in these tests, so both have the same.
  const { became } = await runSteps(twins, store)
  assert.equal(became, { a: 'finished', b: 'reused' })
  assert.is(readFileSync(trace, 'utf8').trim().split('\n').length, 2)
})

test('a failure: what runs is let finish, nothing new starts, what needed it says so', async () => {
  const store = await newStore()
  const steps: Written[] = [
    { id: 'bad', spec: faulty, config: { mood: 'problems' } },
    { id: 'slow', config: { value: 1, milliseconds: 300 } },
    { id: 'after', from: ['slow'] },
    { id: 'needing', needs: ['bad'] },
    { id: 'far', from: ['needing'] },
  ]
  const first = await runSteps(steps, store)
  assert.equal(first.became, {
    bad: 'failed',
    slow: 'finished',
    after: 'skipped',
    needing: 'skipped',
    far: 'skipped',
  })
  const reasons = Object.fromEntries(first.record.instances.map(each => [each.instance, each.reason]))
  assert.is(reasons.after, 'not started, since "bad" failed')
  assert.is(reasons.needing, 'needs "bad", which failed')
  assert.is(reasons.far, 'needs "needing", which was skipped')
  const [problem] = first.record.instances[0]!.problems!
  assert.is(problem!.code, 'bad-weather')
  assert.is(problem!.at!.line, 3, 'a late failure points into the recipe')
  assert.is(first.record.outcome, 'step-failed')

  const going = await runSteps(steps, store, { keepGoing: true })
  assert.equal(going.became, {
    bad: 'failed',
    slow: 'reused',
    after: 'finished',
    needing: 'skipped',
    far: 'skipped',
  })
})

test('retries start in a fresh thread, and a success ends them', async () => {
  const store = await newStore()
  const scratch = join(emptyFolder(), 'count')
  const { became, record, events } = await runSteps(
    [{ id: 'flaky', spec: faulty, config: { mood: 'twice', scratch }, retries: 3 }],
    store,
  )
  assert.equal(became, { flaky: 'finished' })
  assert.is(record.instances[0]!.attempts, 3)
  assert.equal(
    events.flatMap(each => (each.type === 'failed' ? [each.retrying] : [])),
    [true, true],
  )
  const stained = await runSteps(
    [{ id: 'stain', spec: faulty, config: { mood: 'stain' }, retries: 1 }],
    store,
  )
  assert.equal(
    stained.record.instances[0]!.problems!.map(each => each.code),
    ['not-yet'],
  )
})

test('retries that are used up fail', async () => {
  const store = await newStore()
  const scratch = join(emptyFolder(), 'count')
  const { record } = await runSteps(
    [{ id: 'flaky', spec: faulty, config: { mood: 'twice', scratch }, retries: 1 }],
    store,
  )
  assert.is(record.instances[0]!.status, 'failed')
  assert.is(record.instances[0]!.attempts, 2)
})

test('exclusive steps run alone, after what can go on beside others', async () => {
  const store = await newStore()
  const trace = join(emptyFolder(), 'trace')
  const config = (value: number) => ({ value, trace, milliseconds: 20 })
  const steps: Written[] = [
    { id: 'x', spec: exclusiveTick, config: config(1) },
    { id: 'a', config: config(2) },
    { id: 'b', config: config(3) },
    { id: 'y', spec: exclusiveTick, config: config(4) },
    { id: 'c', config: config(5), from: ['x'] },
    { id: 'd', config: config(6), from: ['x'] },
  ]
  await runSteps(steps, store, { workers: 3 })
  const running = new Set<string>()
  for (const line of readFileSync(trace, 'utf8').trim().split('\n')) {
    const [, what, id] = line.split(' ') as [string, string, string]
    if (what === 'end') running.delete(id)
    else {
      running.add(id)
      const alone = running.has('x') || running.has('y')
      assert.ok(!alone || running.size === 1, `beside an exclusive step: ${[...running].join(' ')}`)
    }
  }
})

test('a worker that holds too much memory is replaced after its step', async () => {
  const hoards: Written[] = [1, 2, 3].map(n => ({
    id: `h${n}`,
    spec: faulty,
    config: { mood: 'hoard', megabytes: 100, scratch: `${n}` },
  }))
  const kept = async (budget: number): Promise<unknown[]> => {
    const { record } = await runSteps(hoards, await newStore(), { workers: 1, budget: budget * 1024 * 1024 })
    return record.instances.map(each => each.output?.metrics?.model?.kept)
  }
  assert.equal(await kept(150), [1, 2, 1])
  assert.equal(await kept(1000), [1, 2, 3], 'below the budget one thread serves all')
})

test('steps in processes give the same results as in threads', async () => {
  const [threads, processes] = [await newStore(), await newStore()]
  const inThreads = await runSteps(diamond, threads)
  const inProcesses = await runSteps(diamond, processes, { lane: 'process' })
  assert.equal(
    inProcesses.record.instances.map(each => each.output),
    inThreads.record.instances.map(each => each.output),
  )
  const lanes = inProcesses.events.flatMap(each => (each.type === 'started' ? [each.lane] : []))
  assert.equal([...new Set(lanes)], ['process'])
  assert.equal(childProcesses(), [])
})

test('a watcher that throws ends the run with its own error, and leaves no thread', async () => {
  const store = await newStore()
  let message = ''
  try {
    await runSteps(diamond, store, {
      emit: event => {
        if (event.type === 'started') throw new Error('the watcher broke')
      },
    })
  } catch (error) {
    message = (error as Error).message
  }
  assert.is(message, 'the watcher broke')
  assert.is(await liveThreads(), 0)
})
