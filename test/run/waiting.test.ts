import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Key } from '../../src/core/brand.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { filesIn } from './executors.js'
import { planOf, runSteps, type Written } from './rig.js'

const test = suite('waiting for another run')

const newStore = (): Promise<Store> => openStore(join(emptyFolder(), '.trimtab'))

/** The key of a step without inputs. */
const keyOf = async (step: Written, store: Store): Promise<Key> => {
  const { status } = (await planOf([step], store)).instances[0]!
  if (status.type !== 'miss') throw new Error(status.type)
  return status.key
}

const claimed = async (step: Written, store: Store) => {
  const taken = await store.claims.take(await keyOf(step, store), { run: 'r', instance: 'i' })
  if ('held' in taken) throw new Error('it is taken')
  return taken.claim
}

test('a step that another run makes takes no core from those that are ready', async () => {
  const store = await newStore()
  const steps: Written[] = [1, 2, 3, 4].map(value => ({ id: `s${value}`, config: { value } }))
  const claim = await claimed(steps[0]!, store)
  const { became, events } = await runSteps(steps, store, {
    workers: 1,
    emit: event => {
      if (event.type === 'finished' && event.instance === 's4') void claim.release()
    },
  })
  assert.equal(became, { s1: 'finished', s2: 'finished', s3: 'finished', s4: 'finished' })
  const waits = events.filter(each => each.type === 'waits')
  assert.is(waits.length, 1)
  const { type, instance, pid, run } = waits[0]!
  assert.equal({ type, instance, pid, run }, { type: 'waits', instance: 's1', pid: process.pid, run: 'r' })
  assert.equal(filesIn(store.folder, 'claims'), [])
})

test('Ctrl-C ends the waiting at once', async () => {
  const store = await newStore()
  const step: Written = { id: 'a', config: { value: 1 } }
  const claim = await claimed(step, store)
  const controller = new AbortController()
  const { became, record } = await runSteps([step, { id: 'b', needs: ['a'] }], store, {
    signal: controller.signal,
    emit: event => event.type === 'waits' && controller.abort(),
  })
  assert.equal(became, { a: 'skipped', b: 'skipped' })
  assert.is(record.outcome, 'interrupted')
  assert.ok(await claim.isOurs())
  await claim.release()
})

test('after a failure nobody waits for what will not be started', async () => {
  const store = await newStore()
  const step: Written = { id: 'a', config: { value: 1 } }
  const claim = await claimed(step, store)
  const bad: Written = { id: 'bad', config: { value: 2, trace: join(emptyFolder(), 'no', 'such') } }
  const { became } = await runSteps([step, bad], store)
  assert.equal(became, { a: 'skipped', bad: 'failed' })
  await claim.release()
})

test('a store that takes no claims is gone on with', async () => {
  const store = await newStore()
  mkdirSync(store.folder, { recursive: true })
  writeFileSync(join(store.folder, 'claims'), 'in the way')
  const { became, record } = await runSteps([{ id: 'a' }, { id: 'b', from: ['a'] }], store)
  assert.equal(became, { a: 'finished', b: 'finished' })
  assert.equal(record.problems, [])
})
