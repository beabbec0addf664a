import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Key } from '../../src/core/brand.js'
import { momentText, parseRhythm, type Rhythm } from '../../src/core/checkpoint.js'
import { fail } from '../../src/core/problem.js'
import { checkpointsOf } from '../../src/run/worker/checkpoints.js'
import type { StoredCheckpoints } from '../../src/store/checkpoints.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { counting } from './kinds/counting.js'
import { runSteps, type Written } from './rig.js'

const test = suite('checkpoints of steps')

const newStore = () => openStore(join(emptyFolder(), '.trimtab'))
const everyStep: Rhythm = { unit: 'step', every: 1 }
const lanes = [{}, { lane: 'process' as const }]

const steps = (
  config: object,
  more: Partial<Written> = {},
): { steps: Written[]; counted: () => number[] } => {
  const trace = join(emptyFolder(), 'trace')
  return {
    steps: [
      { id: 'long', spec: counting, config: { to: 9, trace, ...config }, checkpoint: everyStep, ...more },
    ],
    counted: () => (existsSync(trace) ? readFileSync(trace, 'utf8').trim().split('\n').map(Number) : []),
  }
}

const left = (store: Store): string[] => {
  const folder = join(store.folder, 'checkpoints')
  return existsSync(folder) ? readdirSync(folder) : []
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

test('forms of the key', () => {
  assert.equal(parseRhythm('every 1 epoch'), { unit: 'epoch', every: 1 })
  assert.equal(parseRhythm('every 500 steps'), { unit: 'step', every: 500 })
  assert.equal(parseRhythm('every 10m'), { unit: 'ms', every: 600_000 })
  assert.equal(parseRhythm('every 1.5 h'), { unit: 'ms', every: 5_400_000 })
  assert.equal(parseRhythm('never'), { unit: 'never' })
  for (const text of ['', 'every', 'every 0 epochs', 'every 0.5 epochs', '1 epoch', 'every day', 'always'])
    assert.is(parseRhythm(text), undefined, text)
})

test('moments as people read them', () => {
  assert.is(momentText({ epoch: 3, epochs: 10, step: 130 }), 'step 130, 3 of 10 epochs done')
  assert.is(momentText({ step: 130 }), 'step 130')
  assert.is(momentText({ epoch: 3 }), '3 epochs done')
  assert.is(momentText({}), 'a checkpoint')
})

test('a failed step that is tried again goes on from its checkpoint, in a thread and in a process', async () => {
  for (const lane of lanes) {
    const store = await newStore()
    const whole = steps({})
    const { record: undisturbed } = await runSteps(whole.steps, await newStore(), lane)
    const cut = steps({ failsAt: [4, 7] }, { retries: 2 })
    const { record, events } = await runSteps(cut.steps, store, lane)
    assert.equal(cut.counted(), numbers(1, 9), 'no step was made twice')
    assert.is(
      record.instances[0]!.output!.outputs['sum']!.digest,
      undisturbed.instances[0]!.output!.outputs['sum']!.digest,
    )
    assert.equal(
      events.flatMap(each => (each.type === 'resumed' ? [each.from] : [])),
      [{ step: 4 }, { step: 7 }],
    )
    assert.equal(record.instances[0]!.resumed, { step: 7 })
    assert.is(undisturbed.instances[0]!.resumed, undefined)
    assert.equal(left(store), [], 'a finished step needs none')
  }
})

test('after a failed run the next one goes on from there; with "never" it begins anew', async () => {
  const store = await newStore()
  const cut = steps({ failsAt: [5] })
  assert.equal((await runSteps(cut.steps, store)).became, { long: 'failed' })
  assert.is(left(store).length, 1)
  const never = [{ ...cut.steps[0]!, checkpoint: { unit: 'never' as const } }]
  assert.equal((await runSteps(never, store)).became, { long: 'failed' })
  assert.equal(cut.counted(), [...numbers(1, 5), ...numbers(1, 5)])
  assert.equal((await runSteps(cut.steps, store)).became, { long: 'finished' })
  assert.equal(cut.counted().slice(10), numbers(6, 9))
})

test('Ctrl-C and a timeout lose nothing, however seldom checkpoints are due', async () => {
  for (const lane of lanes) {
    const store = await newStore()
    const long = steps({ to: 30, milliseconds: 20 }, { checkpoint: { unit: 'step', every: 1000 } })
    const controller = new AbortController()
    const timer = setInterval(() => {
      if (long.counted().length >= 5) controller.abort()
    }, 10)
    const first = await runSteps(long.steps, store, { ...lane, signal: controller.signal })
    clearInterval(timer)
    assert.is(first.record.outcome, 'interrupted')
    const late = [{ ...long.steps[0]!, timeout: 200 }]
    assert.equal(
      (await runSteps(late, store, lane)).record.instances[0]!.problems?.map(each => each.code),
      ['step-timeout'],
    )
    assert.equal((await runSteps(long.steps, store, lane)).became, { long: 'finished' })
    assert.equal(long.counted(), numbers(1, 30))
  }
})

test('a timeout with retries gets there in the end', async () => {
  const long = steps({ to: 12, milliseconds: 200 }, { timeout: 1600, retries: 30 })
  const { record } = await runSteps(long.steps, await newStore(), { grace: 1000 })
  assert.is(record.instances[0]!.status, 'finished')
  assert.equal(long.counted(), numbers(1, 12))
})

test('a damaged checkpoint is told and passed over', async () => {
  const store = await newStore()
  const cut = steps({ failsAt: [5] })
  await runSteps(cut.steps, store)
  const [name] = left(store)
  const folder = join(store.folder, 'checkpoints', name!)
  const newest = join(folder, readdirSync(folder).sort().at(-1)!)
  const bytes = readFileSync(newest)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(newest, bytes)
  const { became, events } = await runSteps(cut.steps, store)
  const warnings = events.flatMap(each =>
    each.type === 'log' && each.level === 'warning' ? [each.message] : [],
  )
  assert.equal(warnings.length, 1)
  assert.match(
    warnings[0]!,
    /a checkpoint is damaged and was removed: .*\. The step goes on from the one before/,
  )
  // From the checkpoint after 4.
  assert.equal(became, { long: 'finished' })
  assert.equal(cut.counted(), [...numbers(1, 5), ...numbers(5, 9)])
})

test('where nothing can be kept the step goes on with one warning', async () => {
  const store = await newStore()
  mkdirSync(store.folder, { recursive: true })
  writeFileSync(join(store.folder, 'checkpoints'), 'in the way')
  const whole = steps({})
  const { became, events } = await runSteps(whole.steps, store)
  assert.equal(became, { long: 'finished' })
  const warnings = events.flatMap(each => (each.type === 'log' ? [`${each.level}: ${each.message}`] : []))
  assert.is(warnings.length, 1)
  assert.match(warnings[0]!, /^warning: no checkpoint is kept: cannot write/)
  rmSync(join(store.folder, 'checkpoints'))
})

test('what a kill leaves between a result and the end of its step, the next run removes', async () => {
  const store = await newStore()
  const whole = steps({})
  const { record } = await runSteps(whole.steps, store)
  await store.checkpoints.write(record.instances[0]!.key!, { moment: {}, state: 0, arrays: new Map() })
  assert.is(left(store).length, 1)
  assert.equal((await runSteps(whole.steps, store)).became, { long: 'reused' })
  assert.equal(left(store), [])
})

const watched = (rhythm: Rhythm | undefined, stored: Partial<StoredCheckpoints> = {}) => {
  const logs: string[] = []
  const checkpoints = checkpointsOf({
    stored: {
      read: () => Promise.resolve({ problems: [] }),
      write: () => Promise.resolve(),
      ...stored,
    } as StoredCheckpoints,
    key: 'sha256:0' as Key,
    rhythm,
    log: (level, message) => void logs.push(`${level}: ${message}`),
    resumed: () => undefined,
  })
  return { checkpoints, logs }
}

test('when one is due', async () => {
  const at = (rhythm: Rhythm, moments: readonly { epoch?: number; step?: number }[]): number[] => {
    const { checkpoints } = watched(rhythm)
    return moments.flatMap((moment, index) => (checkpoints.isDue(moment) ? [index + 1] : []))
  }
  const byStep = numbers(1, 12).map(step => ({ step, epoch: Math.floor(step / 4) }))
  assert.equal(at({ unit: 'step', every: 5 }, byStep), [5, 10])
  assert.equal(at({ unit: 'epoch', every: 1 }, byStep), [4, 8, 12])
  assert.equal(at({ unit: 'epoch', every: 2 }, byStep), [8])
  assert.equal(at({ unit: 'ms', every: 0 }, byStep), numbers(1, 12))
  assert.equal(at({ unit: 'ms', every: 3_600_000 }, byStep), [])
  assert.equal(
    at({ unit: 'step', every: 4 }, [{ step: 3 }, { step: 9 }, { step: 10 }]),
    [2],
    'none is passed over',
  )
  assert.is(watched(undefined).checkpoints.isDue({ step: 1 }), false)
  assert.is(watched({ unit: 'never' }).checkpoints.enabled, false)
})

test('a refusal is told once, a bug is not swallowed', async () => {
  const kept = { moment: {}, state: 0, arrays: new Map() }
  const full = watched(everyStep, { write: async () => fail('disk-full', 'no room') })
  await full.checkpoints.save(kept)
  await full.checkpoints.save(kept)
  assert.equal(full.logs, ['warning: no checkpoint is kept: no room'])
  const broken = watched(everyStep, { write: () => Promise.reject(new TypeError('a bug')) })
  let thrown: unknown
  await broken.checkpoints.save(kept).catch(error => (thrown = error))
  assert.instance(thrown, TypeError)
})
