import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockOfRun } from '../../src/api/lock-of-run.js'
import { nextLock, tolerancesOf } from '../../src/api/next-lock.js'
import { run } from '../../src/api/run.js'
import { plan } from '../../src/api/validate.js'
import { digestOf } from '../../src/core/hash.js'
import { expectedKeys, lockedBy } from '../../src/plan/locked.js'
import { measurementName, type Lock, type LockedMeasurement } from '../../src/store/lock.js'
import { recipe, rows } from '../cli/lock-rig.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('the next lock')

const folder = realpathSync(emptyFolder())
writeFileSync(
  join(folder, 'recipe.yml'),
  recipe('  speed: {kind: benchmark, models: [half], reference: base, rounds: 6, warmUp: 1}\n'),
)
writeFileSync(join(folder, 'table.csv'), `${rows}\n`)
const options = { recipe: 'recipe.yml', cwd: folder, env: {}, store: join(folder, '.trimtab') }
const ended = await run(options)
const planned = await plan(options)
const [made, store] = [planned.plan!, planned.store!]
const lock = lockOfRun(made, ended.record!.instances)

const next = (before: Lock | undefined, fresh = lock, tolerance = 0) =>
  nextLock({
    plan: made,
    store,
    before,
    made: fresh,
    tolerances: tolerancesOf(made, () => tolerance),
    foreignPaths: false,
  })

test('the run itself wrote what it made', () => {
  assert.ok(ended.lock?.written?.isNew)
  assert.equal(planned.lock!.lock, lock)
  assert.equal(next(lock), { lock, changes: [] })
})

test('a block that says the same stays with the versions that first made it', () => {
  const old: Lock = {
    ...lock,
    steps: Object.fromEntries(
      Object.entries(lock.steps).map(([id, block]) => [
        id,
        { ...block, made: { ...block.made, trimtab: '0.0.1' } },
      ]),
    ),
  }
  assert.equal(next(old), { lock: old, changes: [] })
})

/** The same step on an engine that gives other bits: other digests, and figures that are a little off. */
const shifted = (by: number): Lock => {
  const block = lock.steps['scores[half]']!
  const test = Object.fromEntries(
    Object.entries(block.metrics!['test']!).map(([name, value]) => [name, value * (1 + by)]),
  )
  const metrics = { ...block.outputs!['metrics']!, digest: digestOf(String(by)) }
  return {
    ...lock,
    steps: {
      ...lock.steps,
      'scores[half]': { ...block, outputs: { metrics }, metrics: { ...block.metrics, test } },
    },
  }
}

test('on an engine that promises a tolerance, figures within it are the same', () => {
  assert.equal(next(lock, shifted(1e-6), 1e-5), { lock, changes: [] })
  assert.equal(
    next(lock, shifted(1e-6), 0).changes.map(({ instance, how }) => [instance, how]),
    [['scores[half]', 'changed']],
  )
  const far = next(lock, shifted(1e-3), 1e-5)
  assert.equal(
    far.changes.map(({ instance }) => instance),
    ['scores[half]'],
  )
  assert.match(far.changes[0]!.why, /test\.loss was [\d.]+, is [\d.]+/)
  assert.equal(far.lock.steps['scores[half]'], shifted(1e-3).steps['scores[half]'])
})

test('the tolerance of an engine reaches what is made of its results', () => {
  const found = tolerancesOf(made, () => 1e-5)
  assert.is(found.get('table'), 0)
  assert.is(found.get('half'), 1e-5, 'pruning by magnitude computes nothing, and its input differs')
})

const speed = made.instances.find(({ id }) => id === 'speed')!
const here = measurementName('speed', made.machine)

const elsewhere = (machine: string): LockedMeasurement => {
  const identity = { ...speed.identity, machine }
  const [key] = expectedKeys(speed, lockedBy(made, lock, machine), identity)!.keys
  return { ...lock.measured[here]!, machine, key: key! }
}

test('a measurement of another class of machine stays while the recipe does, and goes when it is one of another recipe', () => {
  const ci = elsewhere('CI')
  const both: Lock = { ...lock, measured: { ...lock.measured, [measurementName('speed', 'CI')]: ci } }
  assert.equal(next(both), { lock: both, changes: [] })
  const only: Lock = { ...lock, measured: { [measurementName('speed', 'CI')]: ci } }
  const added = next(only)
  assert.equal(
    added.changes.map(({ instance, how }) => [instance, how]),
    [['speed', 'added']],
  )
  assert.equal(added.lock, both)
  const stale: Lock = {
    ...lock,
    measured: { ...lock.measured, [measurementName('speed', 'CI')]: { ...ci, key: lock.steps['base']!.key } },
  }
  assert.equal(next(stale).lock, lock)
})

test('times are never the same twice: those of the lock stay while the key does', () => {
  const block = lock.measured[here]!
  const later: Lock = {
    ...lock,
    measured: { [here]: { ...block, latency: { half: { p50: 9, p95: 9, ratio: 9 } } } },
  }
  assert.equal(next(lock, later), { lock, changes: [] })
  const key = lock.steps['base']!.key
  const other: Lock = { ...lock, measured: { [here]: { ...block, key } } }
  assert.equal(next(other).lock, lock)
})
