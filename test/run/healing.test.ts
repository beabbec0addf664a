import { existsSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Digest } from '../../src/core/brand.js'
import type { Event } from '../../src/core/event.js'
import { openDigestCache } from '../../src/store/digest-cache.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { unsteady } from './kinds/unsteady.js'
import { runSteps, type Ran, type Written } from './rig.js'

const test = suite('healing')

const newStore = () => openStore(join(emptyFolder(), '.trimtab'))

const chain: readonly Written[] = [
  { id: 'a', config: { value: 1 } },
  { id: 'b', config: { value: 10 }, from: ['a'] },
  { id: 'c', config: { value: 100 }, from: ['b'] },
]

const bodyOf = ({ record }: Ran, id: string): Digest =>
  Object.values(record.instances.find(each => each.instance === id)!.output!.outputs)[0]!.objects.body!.digest

const sumOf = ({ record }: Ran, id: string): unknown =>
  record.instances.find(each => each.instance === id)!.output!.metrics!.model!.sum

const codesOf = ({ record }: Ran): string[] => record.problems.map(({ code }) => code)

/** What a disk does to bytes while everything that it says of the file stays the same. */
const rot = async (store: Store, digest: Digest): Promise<void> => {
  const path = store.objects.path(digest)
  writeFileSync(path, Buffer.alloc(statSync(path).size, '?'))
  utimesSync(path, 1_600_000_000, 1_600_000_000)
  const cache = openDigestCache(store.folder)
  cache.wrote(path, digest)
  cache.flush()
  await turn()
  assert.is((await openDigestCache(store.folder).digest(path)).digest, digest, 'what is remembered hides it')
}

const harms: Readonly<Record<string, (store: Store, digest: Digest) => void | Promise<void>>> = {
  'a rotten bit that no size and time shows': rot,
  'other bytes': (store, digest) => writeFileSync(store.objects.path(digest), 'rotten'),
  'a truncated object': (store, digest) => truncateSync(store.objects.path(digest)),
  'a missing object': (store, digest) => rmSync(store.objects.path(digest)),
}

for (const lane of ['thread', 'process'] as const)
  test(`an input that was lost after the plan is made again in the same run, in a ${lane}`, async () => {
    for (const [how, harm] of Object.entries(harms)) {
      const store = await newStore()
      const [b, undisturbed] = [
        await runSteps(chain.slice(0, 2), store),
        await runSteps(chain, await newStore()),
      ]
      if (how.startsWith('a rotten')) await harm(store, bodyOf(b, 'b'))
      const planned = await openStore(store.folder)
      const ran = await runSteps(chain, planned, {
        ...(lane === 'process' ? { lane } : {}),
        emit: event => {
          if (event.type === 'planned' && !how.startsWith('a rotten')) void harm(store, bodyOf(b, 'b'))
        },
      })
      assert.equal(ran.became, { a: 'reused', b: 'finished', c: 'finished' }, how)
      assert.is(sumOf(ran, 'c'), 111)
      assert.is(ran.record.outcome, 'passed')
      assert.is(bodyOf(ran, 'c'), bodyOf(undisturbed, 'c'))
      assert.ok(codesOf(ran).length === 1 && /^object-(gone|damaged)$/.test(codesOf(ran)[0]!), how)
      assert.equal(new Set(ran.record.problems.map(({ severity }) => severity)), new Set(['warning']))
      const texts = ran.events.flatMap(each =>
        'instance' in each && each.type !== 'progress' && each.type !== 'log'
          ? [`${each.type} ${each.instance}`]
          : [],
      )
      assert.equal(
        texts,
        ['started c', 'failed c', 'started b', 'finished b', 'started c', 'finished c'],
        how,
      )
      const failed = ran.events.find((each): each is Event & { type: 'failed' } => each.type === 'failed')
      assert.is(failed?.retrying, true)
      const after = await runSteps(chain, await openStore(store.folder))
      assert.equal(after.became, { a: 'reused', b: 'reused', c: 'reused' })
      assert.equal(codesOf(after), [])
    }
  })

test('what the lost one was made from is made again too, where it was lost as well', async () => {
  const store = await newStore()
  const first = await runSteps(chain.slice(0, 2), store)
  for (const id of ['a', 'b']) await rot(store, bodyOf(first, id))
  const ran = await runSteps(chain, await openStore(store.folder))
  assert.equal(ran.became, { a: 'finished', b: 'finished', c: 'finished' })
  assert.is(sumOf(ran, 'c'), 111)
  assert.equal(codesOf(ran), ['object-damaged', 'object-damaged'])
})

test('several that read a lost one have it made again once', async () => {
  const store = await newStore()
  const trace = join(emptyFolder(), 'trace')
  const base: Written = { id: 'a', config: { value: 1, milliseconds: 50, trace } }
  const readers = Array.from({ length: 6 }, (_, at): Written => ({
    id: `r${at}`,
    config: { value: at * 10 },
    from: ['a'],
  }))
  const first = await runSteps([base], store)
  await rot(store, bodyOf(first, 'a'))
  const ran = await runSteps([base, ...readers], await openStore(store.folder))
  assert.equal(new Set(Object.values(ran.became)), new Set(['finished']))
  assert.equal(
    readers.map(({ id }) => sumOf(ran, id)),
    [1, 11, 21, 31, 41, 51],
  )
  const begun = readFileSync(trace, 'utf8').match(/begin a/g)
  assert.is(begun?.length, 2, 'once then, once now')
})

test('what was made in this very run is made again too', async () => {
  const store = await newStore()
  let harmed = false
  const ran = await runSteps(chain, store, {
    emit: event => {
      if (harmed || event.type !== 'finished' || event.instance !== 'b') return
      harmed = true
      for (const each of store.results.heads())
        if (each.instance === 'b')
          rmSync(store.objects.path(store.results.peek(each.key)!.output.outputs.sum!.objects.body!.digest))
    },
  })
  assert.ok(harmed)
  assert.equal(ran.became, { a: 'finished', b: 'finished', c: 'finished' })
  assert.is(sumOf(ran, 'c'), 111)
})

test('a loss that comes back again and again fails its reader in the end', async () => {
  const store = await newStore()
  const first = await runSteps(chain.slice(0, 2), store)
  const path = store.objects.path(bodyOf(first, 'b'))
  let made = 0
  const ran = await runSteps(chain, store, {
    emit: event => {
      const again = event.type === 'finished' && event.instance === 'b'
      if (again) made++
      if (again || event.type === 'planned') rmSync(path)
    },
  })
  assert.equal(ran.became, { a: 'reused', b: 'finished', c: 'failed' })
  assert.is(made, 3)
  assert.is(ran.record.instances[2]!.problems![0]!.code, 'object-gone')
  const after = await runSteps(chain, store)
  assert.equal(after.became, { a: 'reused', b: 'finished', c: 'finished' })
})

/** A step whose output is what stands in a file, and one that reads it. */
const unsteadyChain = (said: string): readonly [Written, Written] => [
  { id: 'a', spec: unsteady, config: { trace: said } },
  { id: 'b', config: { value: 10 }, from: ['a'] },
]

test('one that cannot be made again fails, and what needs it is skipped', async () => {
  const store = await newStore()
  const said = join(emptyFolder(), 'said')
  const steps = unsteadyChain(said)
  writeFileSync(said, '5')
  await rot(store, bodyOf(await runSteps([steps[0]], store), 'a'))
  writeFileSync(said, 'fail')
  const ran = await runSteps(steps, await openStore(store.folder))
  assert.equal(ran.became, { a: 'failed', b: 'skipped' })
  assert.is(ran.record.instances[1]!.reason, 'needs "a", which failed')
  writeFileSync(said, '5')
  assert.equal((await runSteps(steps, await openStore(store.folder))).became, {
    a: 'finished',
    b: 'finished',
  })
})

test('one that gives other bytes when it is made again is told of', async () => {
  const store = await newStore()
  const said = join(emptyFolder(), 'said')
  const steps = unsteadyChain(said)
  writeFileSync(said, '5')
  await rot(store, bodyOf(await runSteps([steps[0]], store), 'a'))
  writeFileSync(said, '6')
  const ran = await runSteps(steps, await openStore(store.folder))
  assert.equal(ran.became, { a: 'finished', b: 'finished' })
  assert.is(sumOf(ran, 'b'), 16, 'made from what is there now')
  assert.equal(codesOf(ran), ['object-damaged', 'remade-differs'])
  assert.match(ran.record.problems[1]!.message, /^"a" was made again and did not give the bytes/)
  assert.equal((await runSteps(steps, await openStore(store.folder))).became, { a: 'reused', b: 'reused' })
})

test('what a gate misses is made again before it is judged', async () => {
  const store = await newStore()
  const first = await runSteps(chain, store)
  await rot(store, bodyOf(first, 'c'))
  const opened = await openStore(store.folder)
  let judged = 0
  const ran = await runSteps(chain, opened, {
    conclude: async instances => {
      judged++
      await opened.objects.get(bodyOf({ record: { instances } } as unknown as Ran, 'c'))
      return { verdicts: [], outcome: 'passed' }
    },
  })
  assert.is(judged, 2)
  assert.equal(ran.became, { a: 'reused', b: 'reused', c: 'finished' })
  assert.ok(existsSync(opened.objects.path(bodyOf(first, 'c'))))
  assert.is((await store.runs.read(ran.record.id))?.outcome, 'passed')
})
