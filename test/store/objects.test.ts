import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Digest } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { ProblemError } from '../../src/core/problem.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('store objects')
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

const codesOf = async (work: Promise<unknown>): Promise<string[]> => {
  try {
    await work
    return []
  } catch (error) {
    if (error instanceof ProblemError) return error.problems.map(each => each.code)
    throw error
  }
}

const everyFile = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => entry.name)

test('what is put is got, by the digest of its bytes; nothing is left beside it', async () => {
  const folder = join(emptyFolder(), 'deep/.trimtab')
  const { objects } = await openStore(folder)
  assert.not.ok(existsSync(folder), 'opening leaves no trace')
  for (const size of [0, 1, 5000, 300_000, 3_000_001]) {
    const bytes = new Uint8Array(size).map((_, i) => (i * 7) & 255)
    const digest = await objects.put(bytes)
    assert.is(digest, digestOf(bytes))
    assert.ok(Buffer.from(await objects.get(digest)).equals(bytes))
    assert.ok(await objects.verify(digest))
    const hex = digest.slice('sha256:'.length)
    assert.is(objects.path(digest), join(folder, 'objects', hex.slice(0, 2), hex.slice(2)))
  }
  assert.is(everyFile(join(folder, 'objects')).length, 5)
  assert.is(everyFile(join(folder, 'tmp')).length, 0)
})

test('a view into a larger buffer stores only what it shows', async () => {
  const { objects } = await openStore(emptyFolder())
  const whole = new Float32Array([1, 2, 3, 4])
  const digest = await objects.put(new Uint8Array(whole.buffer, 4, 8))
  assert.equal([...new Float32Array(new Uint8Array(await objects.get(digest)).buffer)], [2, 3])
})

test('putting equal bytes again does not rewrite them', async () => {
  const { objects } = await openStore(emptyFolder())
  const digest = await objects.put(Buffer.from('same'))
  const before = statSync(objects.path(digest)).ino
  await objects.put(Buffer.from('same'))
  assert.is(statSync(objects.path(digest)).ino, before)
})

test('a damaged object is refused, moved aside, and can be put again', async () => {
  for (const size of [10, 400_000]) {
    const folder = emptyFolder()
    const { objects } = await openStore(folder)
    const bytes = new Uint8Array(size).fill(7)
    const digest = await objects.put(bytes)
    const bad = bytes.slice()
    bad[size - 1] = 8
    writeFileSync(objects.path(digest), bad)
    assert.not.ok(await objects.verify(digest))
    assert.equal(await codesOf(objects.get(digest)), ['object-damaged'])
    assert.ok(existsSync(join(folder, 'damaged', digest.slice(7))))
    assert.equal(await codesOf(objects.get(digest)), ['object-gone'])
    await objects.put(bytes)
    assert.ok(await objects.verify(digest))
  }
})

test('putting over a damaged object mends it', async () => {
  const { objects } = await openStore(emptyFolder())
  const digest = await objects.put(Buffer.from('whole'))
  writeFileSync(objects.path(digest), 'wh')
  await objects.put(Buffer.from('whole'))
  assert.is(text(await objects.get(digest)), 'whole')
})

test('a digest is checked before it becomes a path', async () => {
  const { objects } = await openStore(emptyFolder())
  assert.throws(() => objects.path('sha256:../../etc/passwd' as Digest), /not a digest/)
})

test('threads and processes put the same and other objects at once, and none is torn', async () => {
  const folder = emptyFolder()
  const script = join(emptyFolder(), 'put.mjs')
  const store = new URL('../../src/store/open.js', import.meta.url).href
  writeFileSync(
    script,
    `import { openStore } from ${JSON.stringify(store)}
     const { objects } = await openStore(${JSON.stringify(folder)})
     const bodies = Array.from({ length: 20 }, (_, i) => Buffer.alloc(50_000, 'body ' + i))
     await Promise.all(bodies.map(body => objects.put(body)))
     await Promise.all(bodies.reverse().map(body => objects.put(body)))`,
  )
  const thread = (): Promise<number> =>
    new Promise((done, broken) => {
      const worker = new Worker(script)
      worker.once('error', broken)
      worker.once('exit', done)
    })
  const process_ = (): Promise<number> =>
    Promise.resolve(spawnSync(process.execPath, [script], { stdio: 'inherit' }).status ?? -1)
  assert.equal(await Promise.all([thread(), thread(), thread(), process_()]), [0, 0, 0, 0])
  const { objects } = await openStore(folder)
  assert.is(everyFile(join(folder, 'objects')).length, 20)
  assert.is(everyFile(join(folder, 'tmp')).length, 0)
  for (let i = 0; i < 20; i++) assert.ok(await objects.verify(digestOf(Buffer.alloc(50_000, `body ${i}`))))
})

test('what stands in the way is said, not thrown as a bug', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'file'), '')
  const blocked = await openStore(join(folder, 'file'))
  assert.equal(await codesOf(blocked.objects.put(Buffer.from('x'))), ['store-in-the-way'])
})

test('a full disk is a problem, and leaves neither object nor scrap', async () => {
  // A limit on the size of files is the full disk that a test can have without a disk of its own.
  const folder = emptyFolder()
  const script = join(emptyFolder(), 'full.mjs')
  const store = new URL('../../src/store/open.js', import.meta.url).href
  writeFileSync(
    script,
    `import { openStore } from ${JSON.stringify(store)}
     const { objects } = await openStore(${JSON.stringify(folder)})
     await objects.put(Buffer.from('small'))
     await objects.put(Buffer.alloc(4_000_000)).catch(error => console.log(error.problems[0].code))
     console.log(Buffer.from(await objects.get(await objects.put(Buffer.from('small')))).toString())`,
  )
  const shell = spawnSync('bash', ['-c', `trap '' XFSZ; ulimit -f 1000; "$0" "$1"`, process.execPath, script])
  assert.is(shell.stdout.toString(), 'disk-full\nsmall\n', shell.stderr.toString())
  assert.is(everyFile(join(folder, 'objects')).length, 1)
  assert.is(everyFile(join(folder, 'tmp')).length, 0)
})
