import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Digest, Key } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { openDigestCache } from '../../src/store/digest-cache.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { digestFiles, type Hashed } from '../../src/store/verify/digest-files.js'
import { verifyStore } from '../../src/store/verify/verify-store.js'
import { emptyFolder } from '../rig.js'
import { runSteps, type Written } from '../run/rig.js'
import { assert, suite } from '../suite.js'

const test = suite('verifying a store')

const steps: readonly Written[] = [
  { id: 'a', config: { value: 1 } },
  { id: 'b', config: { value: 10 }, from: ['a'] },
  { id: 'c', config: { value: 100 }, from: ['a'] },
]

interface Made {
  readonly store: Store
  readonly run: string
  readonly objects: Readonly<Record<string, Digest>>
  readonly keys: Readonly<Record<string, Key>>
}

/** A store that a real run filled. */
const filled = async (): Promise<Made> => {
  const store = await openStore(join(emptyFolder(), '.trimtab'))
  const { record } = await runSteps(steps, store)
  const of = <T>(get: (each: (typeof record.instances)[number]) => T): Record<string, T> =>
    Object.fromEntries(record.instances.map(each => [each.instance, get(each)]))
  return {
    store,
    run: record.id,
    objects: of(each => each.output!.outputs.sum!.objects.body!.digest),
    keys: of(each => each.key!),
  }
}

const everyFile = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .sort()

test('finds nothing in a whole one, and touches nothing', async () => {
  const { store } = await filled()
  await turn()
  const before = everyFile(store.folder)
  const found = await verifyStore({ store })
  assert.ok(found.whole)
  // The steps' own, and the texts that the run was made from.
  const objects = everyFile(join(store.folder, 'objects'))
  assert.ok(objects.length > 3)
  assert.is(found.objects.count, objects.length)
  assert.is(
    found.objects.bytes,
    objects.reduce((sum, text) => sum + text.length, 0),
  )
  assert.is(found.results.count, 3)
  assert.is(found.runs.count, 1)
  assert.equal(everyFile(store.folder), before)
})

const harms: Readonly<Record<string, (made: Made) => void>> = {
  'a bit that no size and time shows': ({ store, objects }) => {
    const path = store.objects.path(objects.b!)
    writeFileSync(path, 'xx')
    utimesSync(path, 1_600_000_000, 1_600_000_000)
    const cache = openDigestCache(store.folder)
    cache.wrote(path, objects.b!)
    cache.flush()
  },
  'a truncated object': ({ store, objects }) => truncateSync(store.objects.path(objects.b!)),
  'a missing object': ({ store, objects }) => rmSync(store.objects.path(objects.b!)),
  'a bent result': ({ store, keys }) => {
    const path = store.results.path(keys.b!)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"sum":11', '"sum":12'))
  },
  'a cut result': ({ store, keys }) => {
    const path = store.results.path(keys.b!)
    truncateSync(path, statSync(path).size - 10)
  },
}

for (const [how, harm] of Object.entries(harms))
  test(`${how}: is found, named and set aside; the run after makes it again`, async () => {
    const made = await filled()
    harm(made)
    const store = await openStore(made.store.folder)
    const count = everyFile(store.folder).length
    const found = await verifyStore({ store })
    assert.not.ok(found.whole)
    assert.equal(found.again, ['b'])
    assert.equal(found.runs.affected, [made.run])
    assert.ok(found.moved)
    assert.is(everyFile(store.folder).length, count, 'nothing is removed')
    assert.ok(found.problems.length > 0)
    assert.not.ok(existsSync(store.results.path(made.keys.b!)))
    assert.ok((await verifyStore({ store })).whole, 'the second time it is clean')
    const { became, record } = await runSteps(steps, await openStore(store.folder))
    assert.equal(became, { a: 'reused', b: 'finished', c: 'reused' })
    assert.equal(record.problems, [])
    assert.ok((await verifyStore({ store })).whole)
  })

test('what a record says is held against its schema; its journal is left', async () => {
  const { store, run } = await filled()
  const path = store.runs.recordPath(run)
  const whole = readFileSync(path, 'utf8')
  const bent: Readonly<Record<string, string>> = {
    cut: whole.slice(0, -20),
    empty: '',
    'another outcome': whole.replace('"outcome": "passed"', '"outcome": "splendid"'),
    'another shape': whole.replace('"instances"', '"instanzes"'),
    'no version': whole.replace('"version": 2', '"version": "2"'),
  }
  for (const [how, text] of Object.entries(bent)) {
    writeFileSync(path, text)
    const found = await verifyStore({ store })
    assert.equal(found.runs.damaged, [run], how)
    assert.equal(
      found.problems.map(({ code }) => code),
      ['run-damaged'],
    )
    assert.ok((await verifyStore({ store })).whole)
    assert.is((await store.runs.unfinished())[0]?.state, 'record-lost')
  }
  writeFileSync(path, whole.replace('"version": 2', '"version": 99'))
  assert.ok((await verifyStore({ store })).whole, 'one of a later version is not ours to judge')
})

test('a store that takes no writes is told of, and nothing of it claimed to have moved', async () => {
  const made = await filled()
  // Root may write everywhere: what is in the way stops it as well.
  writeFileSync(join(made.store.folder, 'damaged'), 'in the way')
  truncateSync(made.store.objects.path(made.objects.b!))
  const found = await verifyStore({ store: made.store })
  assert.not.ok(found.moved)
  assert.equal(found.again, ['b'])
  const texts = found.problems.map(({ code, hint }) => `${code}: ${hint}`)
  assert.ok(texts.some(text => text.startsWith('store-read-only')))
  assert.not.ok(texts.some(text => text.includes('was moved')))
  chmodSync(made.store.objects.path(made.objects.b!), 0o644)
})

test('what is no object of the store’s is left alone', async () => {
  const { store, objects } = await filled()
  for (const name of ['README', 'ab', '.DS_Store']) writeFileSync(join(store.folder, 'objects', name), 'x')
  const folder = join(store.objects.path(objects.a!), '..')
  writeFileSync(join(folder, 'notes.txt'), 'x')
  assert.ok((await verifyStore({ store })).whole)
})

test('threads hash as this thread does: small ones by the dozen, large ones, and those that cannot be read', async () => {
  const folder = emptyFolder()
  const sizes = [
    0,
    1,
    1024 * 1024,
    1024 * 1024 + 1,
    40_000_000,
    30_000_000,
    ...Array.from({ length: 200 }, (_, at) => at),
  ]
  const files = sizes.map((bytes, at) => {
    const path = join(folder, `${at}`)
    writeFileSync(path, Buffer.alloc(bytes, at + 1))
    return { path, bytes, expected: digestOf(Buffer.alloc(bytes, at + 1)) }
  })
  const absent = { path: join(folder, 'absent'), bytes: 0, expected: 'ENOENT' }
  const found = new Map<string, Hashed>()
  await digestFiles([...files, absent], ({ path }, hashed) => found.set(path, hashed))
  assert.is(found.size, files.length + 1)
  for (const { path, bytes, expected } of files) assert.equal(found.get(path), { digest: expected, bytes })
  assert.equal(found.get(absent.path), { error: 'ENOENT' })
})
