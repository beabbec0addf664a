import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { digestOf } from '../../src/core/hash.js'
import { openDigestCache, type DigestCache } from '../../src/store/digest-cache.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { big, body, linesOf, old, readsNothing, settle } from './digest-rig.js'

const test = suite('what is remembered of files')

/** Works with a clock that is five seconds ahead of the disk's. */
const ahead = async <T>(work: () => Promise<T>): Promise<T> => {
  const { now } = Date
  Date.now = () => now() + 5000
  try {
    return await work()
  } finally {
    Date.now = now
  }
}

test('what was put is not read again, by no later store', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const first = await openStore(folder)
  const digest = await first.objects.put(body(1))
  await turn()
  await readsNothing(async () => assert.is(await first.objects.put(body(1)), digest))
  const second = await openStore(folder)
  await readsNothing(async () => assert.is(await second.objects.put(body(1)), digest))
})

test('whatever touches an object makes it be read: no damage hides behind a size', async () => {
  const touched: Record<string, (path: string, bytes: Uint8Array) => void> = {
    'bytes of the same number': path => writeFileSync(path, body(9)),
    'bytes of the same number and time': path => {
      const { atime, mtime } = statSync(path)
      writeFileSync(path, body(9))
      utimesSync(path, atime, mtime)
    },
    'another file in its place': path => {
      const { atime, mtime } = statSync(path)
      writeFileSync(`${path}.new`, body(9))
      utimesSync(`${path}.new`, atime, mtime)
      renameSync(`${path}.new`, path)
    },
    'a cut': path => truncateSync(path, big - 1),
    'nothing left': path => truncateSync(path, 0),
    'a byte more': path => appendFileSync(path, 'x'),
    'no file': path => unlinkSync(path),
    'a folder': path => {
      unlinkSync(path)
      mkdirSync(path)
    },
  }
  for (const [how, touch] of Object.entries(touched)) {
    const folder = join(emptyFolder(), '.trimtab')
    const store = await openStore(folder)
    const digest = await store.objects.put(body(1))
    const key = digestOf(how) as never
    const artifact = { type: 'file', digest, bytes: big, storedBytes: big, meta: {} } as const
    const outputs = { file: { ...artifact, objects: { body: { digest, bytes: big } } } }
    await store.results.save({ key, kind: 'k', instance: 'a', output: { outputs }, seconds: 1, parts: {} })
    await turn()
    assert.ok((await (await openStore(folder)).results.find(key)).result, how)
    touch(store.objects.path(digest), body(1))
    const opened = how === 'a folder' ? undefined : await (await openStore(folder)).results.find(key)
    if (opened) {
      assert.is(opened.result, undefined, how)
      assert.is(opened.problems[0]?.severity, 'warning')
    }
    assert.not.ok(await store.objects.verify(digest).catch(() => false), how)
  }
})

test('a file that is written again at once, over and over, is never taken for what it was', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const { objects } = await openStore(folder)
  for (let at = 0; at < 100; at++) {
    const digest = await objects.put(Buffer.from(`body ${at}`.padEnd(20)))
    const path = objects.path(digest)
    const { mode } = statSync(path)
    chmodSync(path, mode)
    writeFileSync(path, `evil ${at}`.padEnd(20))
    await turn()
    assert.is((await openDigestCache(folder).digest(path)).digest, digestOf(`evil ${at}`.padEnd(20)))
  }
})

test('a file that may yet change within a tick is not remembered; an old one is', async () => {
  const folder = emptyFolder()
  const data = join(emptyFolder(), 'data.bin')
  const fresh = openDigestCache(folder)
  writeFileSync(data, body(2))
  await fresh.digest(data)
  fresh.flush()
  assert.equal(linesOf(folder), [])
  // The time that a file bears can be set; that of its last change cannot.
  old(data, body(2))
  await fresh.digest(data)
  fresh.flush()
  assert.equal(linesOf(folder), [])
  await settle()
  await fresh.digest(data)
  fresh.flush()
  assert.is(linesOf(folder).length, 1)
  await readsNothing(async () =>
    assert.is((await openDigestCache(folder).digest(data)).digest, digestOf(body(2))),
  )
  assert.is((await openDigestCache(folder).digest(data)).bytes, big)
})

test('a clock ahead of the disk’s, or set back, makes nothing look older than it is', async () => {
  const folder = emptyFolder()
  const data = join(emptyFolder(), 'data.bin')
  writeFileSync(data, 'x')
  const early = openDigestCache(folder)
  await ahead(async () => {
    await early.digest(data)
    early.flush()
  })
  assert.equal(linesOf(folder), [], 'our clock is five seconds ahead of the disk’s')
  const { now } = Date
  await settle()
  Date.now = () => 1_600_000_000_000
  try {
    const back = openDigestCache(folder)
    await back.digest(data)
    back.flush()
  } finally {
    Date.now = now
  }
  assert.equal(linesOf(folder), [])
})

test('what was found wrong is forgotten, by later processes too', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const store = await openStore(folder)
  const digest = await store.objects.put(Buffer.from('once'))
  await turn()
  const path = store.objects.path(digest)
  const cache: DigestCache = openDigestCache(folder)
  cache.forget(path)
  cache.flush()
  const last = linesOf(folder).at(-1)!
  assert.match(last, new RegExp(`^[0-9a-f]{8}\t${digest.slice(7)}\t\t$`))
  assert.is((await openDigestCache(folder).digest(path)).digest, digest, 'read again')
})

test('a folder that is not there gets no trace; once it is, what was read before is kept', async () => {
  const place = emptyFolder()
  const folder = join(place, '.trimtab')
  const data = join(place, 'data.bin')
  old(data, body(3))
  await settle()
  const store = await openStore(folder)
  await store.digestFile(data)
  await turn()
  assert.not.ok(existsSync(folder))
  await store.runs.open(new Date())
  assert.is(linesOf(folder).length, 1)
  const again = await openStore(folder)
  await readsNothing(() => again.digestFile(data))
})
