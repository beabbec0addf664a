import fc from 'fast-check'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Digest, Key } from '../../src/core/brand.js'
import { digestOf, digestValue } from '../../src/core/hash.js'
import { makeArtifact } from '../../src/core/artifact.js'
import { openStore } from '../../src/store/open.js'
import { planSweep, type Keeping } from '../../src/store/plan-sweep.js'
import type { Store, StoredResult } from '../../src/store/store.js'
import { sweep } from '../../src/store/sweep.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('sweeping a store')

const bytesOf = (object: number): Uint8Array => Buffer.from(`object ${object}`)
const hexOf = (digest: string): string => digest.replace(/^sha256:/, '')

/** Stores a result that consists of these objects. */
const putResult = async (store: Store, name: string, objects: readonly number[]): Promise<StoredResult> => {
  const refs = Object.fromEntries(
    await Promise.all(
      objects.map(async object => {
        const bytes = bytesOf(object)
        return [`o${object}`, { digest: await store.objects.put(bytes), bytes: bytes.length }] as const
      }),
    ),
  )
  const key = digestValue({ name }) as string as Key
  const output = { outputs: { model: makeArtifact('file', refs, { name }) } }
  const result: StoredResult = { key, kind: 'tick', instance: name, output, seconds: 1, parts: {} }
  await store.results.save(result)
  return result
}

const nothing: Keeping = { living: [], named: new Set(), runs: new Set(), grace: 0 }

/** Sweeps as `gc` does, and gives the paths that went. */
const sweepStore = async (store: Store, keeping: Partial<Keeping>): Promise<string[]> => {
  const begun = await store.sweeps.begin()
  if ('held' in begun) throw new Error('another sweep is on')
  const living = (await store.claims.living(true)).filter(({ name }) => name !== 'gc')
  const plan = await planSweep(store, { ...nothing, living, ...keeping })
  const { deleted, problems } = await sweep(store.folder, plan.goes, begun.claim)
  await begun.claim.release()
  assert.equal(problems, [])
  return deleted.map(({ path }) => path)
}

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name))
    : []

test('whatever is kept is a hit afterwards without a warning, and nothing else is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ objects: fc.uniqueArray(fc.nat(12), { maxLength: 4 }), kept: fc.boolean() }), {
        maxLength: 10,
      }),
      fc.uniqueArray(fc.nat(15), { maxLength: 4 }),
      fc.array(fc.nat(15), { maxLength: 2 }),
      async (drawn, loose, named) => {
        const store = await openStore(join(emptyFolder(), '.trimtab'))
        for (const object of loose) await store.objects.put(bytesOf(object))
        const results = await Promise.all(
          drawn.map(async ({ objects, kept }, at) => ({
            result: await putResult(store, `r${at}`, objects),
            objects,
            kept,
          })),
        )
        const stays = results.filter(({ kept }) => kept)
        const asked = new Set(stays.map(({ result }) => hexOf(result.key)))
        for (const object of named) asked.add(hexOf(digestOf(bytesOf(object))))
        await sweepStore(store, { named: asked })
        for (const { result, kept } of results)
          assert.equal(
            await store.results.find(result.key),
            kept ? { result, problems: [] } : { problems: [] },
          )
        const there = new Set(drawn.flatMap(({ objects }) => objects).concat(loose))
        const needed = new Set([
          ...stays.flatMap(({ objects }) => objects),
          ...named.filter(each => there.has(each)),
        ])
        assert.is(filesBelow(join(store.folder, 'objects')).length, needed.size)
        assert.is(filesBelow(join(store.folder, 'results')).length, stays.length)
      },
    ),
    { numRuns: 40 },
  )
})

test('every result goes before the first object does', async () => {
  const store = await openStore(join(emptyFolder(), '.trimtab'))
  const names = ['a', 'b', 'c', 'd']
  for (const [at, name] of names.entries()) await putResult(store, name, [at, at + 1, at + 2])
  const plan = await planSweep(store, nothing)
  const order: string[] = []
  const { deleted } = await sweep(store.folder, plan.goes, {
    isOurs: () => Promise.resolve(true),
    release: () => Promise.resolve(),
  })
  for (const { what } of deleted) order.push(what)
  assert.equal(
    order.slice(0, names.length),
    names.map(() => 'result'),
  )
  assert.ok(order.slice(names.length).every(what => what === 'object'))
})

test('a sweep that was taken over deletes nothing more', async () => {
  const store = await openStore(join(emptyFolder(), '.trimtab'))
  await putResult(store, 'a', [1, 2])
  const plan = await planSweep(store, nothing)
  const { deleted, problems } = await sweep(store.folder, plan.goes, {
    isOurs: () => Promise.resolve(false),
    release: () => Promise.resolve(),
  })
  assert.equal(deleted, [])
  assert.equal(
    problems.map(({ code }) => code),
    ['gc-cut-short'],
  )
})

test('what is young stays, and what was set back in time counts from when it came', async () => {
  const store = await openStore(join(emptyFolder(), '.trimtab'))
  const { key } = await putResult(store, 'a', [1])
  await store.objects.put(bytesOf(2))
  const long = Date.now() / 1000 - 7200
  utimesSync(store.results.path(key), long, long)
  assert.equal(await sweepStore(store, { grace: 3_600_000 }), [])
  assert.is((await sweepStore(store, {})).length, 3)
})

test('what a living run holds stays, and what came since it began; once it has ended its record decides', async () => {
  const store = await openStore(join(emptyFolder(), '.trimtab'))
  const old = await putResult(store, 'old', [1])
  const other = await putResult(store, 'other', [2])
  // The run begins later by more than the margin for coarse clocks.
  await new Promise(done => setTimeout(done, 2200))
  const run = await store.runs.open(new Date())
  run.hold([old.key])
  const made = await putResult(store, 'made', [3])
  await sweepStore(store, {})
  assert.ok((await store.results.find(old.key)).result)
  assert.ok((await store.results.find(made.key)).result)
  assert.equal(await store.results.find(other.key), { problems: [] })
  assert.ok(existsSync(join(store.folder, 'runs', run.id, 'journal.jsonl')))
  const record = { asked: { recipe: '/r.yml', sources: [] }, instances: [{ key: old.key }] }
  await run.close(record as never)
  await sweepStore(store, { runs: new Set([run.id]) })
  assert.ok((await store.results.find(old.key)).result)
  assert.not((await store.results.find(made.key)).result)
  await sweepStore(store, {})
  assert.equal(
    filesBelow(store.folder)
      .map(path => path.slice(store.folder.length + 1))
      .sort(),
    ['.gitignore', 'digests', 'swept'],
  )
})

test('checkpoints stay while their step is not finished, memos while all that they vouch for is there', async () => {
  const store = await openStore(join(emptyFolder(), '.trimtab'))
  const at = (...parts: string[]): string => join(store.folder, ...parts)
  const write = (path: string, text = 'x'): string => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  const kept = await putResult(store, 'kept', [1])
  const lost = await putResult(store, 'lost', [2])
  const [done, open] = [hexOf(kept.key), 'c'.repeat(64)]
  const checkpoints = [done, open].map(key => write(at('checkpoints', key, '000001.ckpt')))
  const memo = (name: string, run: string, path: string): string =>
    write(at('unchanged', `${name.repeat(32)}.json`), JSON.stringify({ run, watched: [[path]] }))
  const id = '20260101-000000-abcd'
  write(at('runs', id, 'run.json'), '{}')
  const memos = [
    memo('1', id, store.results.path(kept.key)),
    memo('2', id, store.results.path(lost.key)),
    memo('3', '20250101-000000-abcd', store.results.path(kept.key)),
  ]
  const damaged = write(at('damaged', 'd'.repeat(64)))
  const foreign = [
    write(at('notes.txt')),
    write(at('results', 'README')),
    write(at('objects', 'README')),
    write(at('runs', 'mine', 'x')),
    write(at('elsewhere', 'x')),
  ]
  await sweepStore(store, { named: new Set([done]), runs: new Set([id]) })
  assert.equal(
    [...checkpoints, ...memos, damaged, ...foreign].map(path => existsSync(path)),
    [false, true, true, false, false, false, ...foreign.map(() => true)],
  )
})

test('one sweep at a time; runs wait for it, and know afterwards that there was one', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const store = await openStore(folder)
  await store.objects.put(bytesOf(1))
  const first = await store.sweeps.begin()
  assert.ok('claim' in first)
  assert.ok('held' in (await (await openStore(folder)).sweeps.begin()))
  const waited: number[] = []
  const over = store.sweeps.over(undefined, ({ holder }) => waited.push(holder!.pid))
  await new Promise(done => setTimeout(done, 300))
  assert.equal(waited, [process.pid])
  await first.claim.release()
  await over
  assert.ok(store.sweeps.isNew())
  assert.not((await openStore(folder)).sweeps.isNew())
  const unknown = `sha256:${'0'.repeat(64)}` as Digest
  assert.not(await store.objects.verify(unknown))
})
