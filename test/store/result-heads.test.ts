import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Key } from '../../src/core/brand.js'
import { openStore } from '../../src/store/open.js'
import type { StoredResult } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('heads of stored results')

const resultOf = (key: string, instance: string): StoredResult => ({
  // In another order than they are kept.
  parts: { kind: 'copy' },
  seconds: 1,
  output: { outputs: {}, record: { history: 'x'.repeat(5000) } },
  instance,
  kind: 'copy',
  key: key as Key,
})

test('all are listed, the newest first, and their files are not changed by it', async () => {
  const folder = emptyFolder()
  const store = await openStore(folder)
  assert.equal(store.results.heads(), [])
  assert.is(store.results.count(), 0)
  const names = { a: 'pruned[word="\u2028\\",norm=l1]', b: 'b', c: `long[${'ü'.repeat(2000)}]` }
  for (const [at, [key, instance]] of Object.entries(names).entries()) {
    await store.results.save(resultOf(key, instance))
    utimesSync(join(folder, 'results', `${key}.json`), 1000 + at, 1000 + at)
  }
  const heads = store.results.heads()
  assert.equal(
    heads.map(({ key, kind, instance, saved }) => ({ key, kind, instance, saved })),
    [
      { key: 'c', kind: 'copy', instance: names.c, saved: 1002000 },
      { key: 'b', kind: 'copy', instance: 'b', saved: 1001000 },
      { key: 'a', kind: 'copy', instance: names.a, saved: 1000000 },
    ],
  )
  assert.is(store.results.count(), 3)
  const { result } = await store.results.find('a' as Key)
  assert.equal(store.results.peek('a' as Key), result)
  assert.equal(result, resultOf('a', names.a))
})

test('what is damaged is left out and stays where it is; what another version wrote in another order is read', async () => {
  const folder = emptyFolder()
  const store = await openStore(folder)
  for (const key of ['whole', 'cut', 'turned', 'flipped']) await store.results.save(resultOf(key, key))
  const place = (key: string): string => join(folder, 'results', `${key}.json`)
  const text = readFileSync(place('cut'), 'utf8')
  writeFileSync(place('cut'), text.slice(0, 90))
  writeFileSync(place('turned'), JSON.stringify({ result: resultOf('turned', 'turned'), checksum: 'none' }))
  writeFileSync(place('flipped'), readFileSync(place('flipped'), 'utf8').replace('xxxx', 'xyxx'))
  writeFileSync(place('empty'), '')
  writeFileSync(place('list'), '[null]')
  assert.equal(
    store.results
      .heads()
      .map(({ key }) => key)
      .sort(),
    ['flipped', 'turned', 'whole'],
  )
  for (const key of ['cut', 'turned', 'flipped', 'empty', 'gone'])
    assert.is(store.results.peek(key as Key), undefined, key)
  assert.is(store.results.count(), 6)
  rmSync(place('whole'))
  assert.is(
    store.results.heads().some(({ key }) => key === 'whole'),
    false,
  )
})

test('a list that is made while others write and remove holds whole heads only', async () => {
  const folder = emptyFolder()
  const store = await openStore(folder)
  const writing = Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      await store.results.save(resultOf(`k${at}`, `i${at}`))
      if (at % 3 === 0) rmSync(join(folder, 'results', `k${at}.json`))
    }),
  )
  const state = { done: false }
  void writing.then(() => (state.done = true))
  while (!state.done) {
    for (const { key, instance } of store.results.heads()) assert.is(instance, key.replace('k', 'i'))
    await new Promise(resume => setImmediate(resume))
  }
  assert.is(store.results.heads().length, 200 - 67)
})
