import { spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Digest } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { openDigestCache, type DigestCache } from '../../src/store/digest-cache.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('what is remembered of files')

const big = 4_000_000
const body = (fill: number): Uint8Array => new Uint8Array(big).fill(fill)

/** Bytes that this process read from files while it did some work; undefined where the system does not say. */
const bytesReadBy = async (work: () => Promise<unknown>): Promise<number | undefined> => {
  if (!existsSync('/proc/self/io')) {
    await work()
    return undefined
  }
  const counted = (): number => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1])
  const before = counted()
  await work()
  return counted() - before
}

const readsNothing = async (work: () => Promise<unknown>): Promise<void> => {
  const read = await bytesReadBy(work)
  if (read !== undefined) assert.ok(read < big / 2, `${read} bytes were read`)
}

/** A file as if it had been written long ago. */
const old = (path: string, content: Uint8Array | string): void => {
  writeFileSync(path, content)
  utimesSync(path, 1_600_000_000, 1_600_000_000)
}

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

/** The time of a file's last change cannot be set: it becomes old by waiting in earnest. */
const settle = (): Promise<void> => new Promise(done => setTimeout(done, 2100))

const linesOf = (folder: string): string[] => {
  const path = join(folder, 'digests')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
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

test('a damaged cache costs a reading and nothing else', async () => {
  const folder = emptyFolder()
  const cache = openDigestCache(folder)
  const files = ['a', 'b', 'c'].map(name => join(folder, name))
  for (const path of files) old(path, `body of ${path}`)
  await settle()
  for (const path of files) await cache.digest(path)
  cache.flush()
  const whole = readFileSync(join(folder, 'digests'))
  const rightWith = async (bytes: Uint8Array, how: string): Promise<void> => {
    writeFileSync(join(folder, 'digests'), bytes)
    const opened = openDigestCache(folder)
    for (const path of files) assert.is((await opened.digest(path)).digest, digestOf(`body of ${path}`), how)
  }
  for (let cut = 0; cut < whole.length; cut += 3) await rightWith(whole.subarray(0, cut), `cut at ${cut}`)
  for (let at = 0; at < whole.length; at++) {
    const bent = Buffer.from(whole)
    bent[at]! ^= 1 << (at % 8)
    await rightWith(bent, `bit of byte ${at}`)
  }
  await rightWith(Buffer.alloc(1000), 'zeros')
  await rightWith(Buffer.from('{"version": 7}\n'), 'something else')
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

test('eight processes write to one cache at once, and every line is whole', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  mkdirSync(folder)
  const script = join(emptyFolder(), 'put.mjs')
  const store = new URL('../../src/store/open.js', import.meta.url).href
  writeFileSync(
    script,
    `import { openStore } from ${JSON.stringify(store)}
     const { objects } = await openStore(${JSON.stringify(folder)})
     for (let at = 0; at < 40; at++) await objects.put(Buffer.from('body ' + (at + 20 * process.argv[2])))`,
  )
  const ended = await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      once(spawn(process.execPath, [script, `${at}`], { stdio: 'inherit' }), 'exit'),
    ),
  )
  assert.equal(
    ended.map(([code]) => code as number),
    Array.from({ length: 8 }, () => 0),
  )
  const { objects } = await openStore(folder)
  const digests = Array.from({ length: 180 }, (_, at): Digest => digestOf(`body ${at}`))
  // More than the file itself would mean that objects were read too.
  const cache = openDigestCache(folder)
  await cache.digest(objects.path(digests[0]!))
  const read = await bytesReadBy(async () => {
    for (const digest of digests) assert.is((await cache.digest(objects.path(digest))).digest, digest)
  })
  if (read !== undefined) assert.ok(read < 2000, `${read}`)
})

test('lines that later ones supersede go, and those of files that are gone', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const { objects } = await openStore(folder)
  const digest = await objects.put(Buffer.from('kept'))
  await turn()
  const [line] = linesOf(folder)
  const gone = await objects.put(Buffer.from('gone'))
  await turn()
  unlinkSync(objects.path(gone))
  appendFileSync(join(folder, 'digests'), `${line}\n`.repeat(3000))
  const cache = openDigestCache(folder)
  await cache.digest(objects.path(digest))
  cache.forget(objects.path(gone))
  cache.flush()
  assert.equal(linesOf(folder), ['trimtab digests 1', line])
  assert.is((await openDigestCache(folder).digest(objects.path(digest))).digest, digest)
})
