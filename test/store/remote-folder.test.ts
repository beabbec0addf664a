import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { objectRefsOf } from '../../src/store/remote/object-refs.js'
import { objectPath, resultPath } from '../../src/store/remote/remote.js'
import type { StoredResult } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { behind, codes, freshStore, makeResult } from './remote-rig.js'

const test = suite('a remote in a folder')

const filled = async (): Promise<{ readonly folder: string; readonly results: readonly StoredResult[] }> => {
  const folder = emptyFolder()
  const mine = await behind(await freshStore(), `file://${folder}`)
  const results = [await makeResult(mine, 'x', [40_000, 300]), await makeResult(mine, 'y', [3_000_000])]
  await mine.exchange.settle()
  assert.equal(codes(mine), [])
  mine.exchange.close()
  return { folder, results }
}

test('pushed by one store, found and brought by another; no unfinished file is left', async () => {
  const { folder, results } = await filled()
  const local = await freshStore()
  const yours = await behind(local, `file://${folder}`)
  for (const result of results) assert.equal((await yours.results.find(result.key)).result, result)
  assert.not(existsSync(local.folder))
  assert.equal(await yours.exchange.bring(results), [])
  for (const { key } of results) assert.ok((await local.results.find(key)).result)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  assert.equal(
    names.filter(name => name.endsWith('.tmp')),
    [],
  )
  const listed: string[] = []
  for await (const { path } of yours.exchange.remote.list('results/')) listed.push(path)
  assert.equal(listed.sort(), results.map(({ key }) => resultPath(key)).sort())
  yours.exchange.close()
})

const damages: Readonly<Record<string, (path: string) => void>> = {
  'one bit': path => {
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1]! ^= 4
    writeFileSync(path, bytes)
  },
  'its second half': path => truncateSync(path, readFileSync(path).length >> 1),
  'all of it': path => truncateSync(path, 0),
  'what follows': path => writeFileSync(path, 'and more', { flag: 'a' }),
  'other bytes of its length': path => writeFileSync(path, Buffer.alloc(readFileSync(path).length, 32)),
  'the file': path => rmSync(path),
  'a folder in its place': path => {
    rmSync(path)
    mkdirSync(path)
  },
  'a pipe in its place': path => {
    rmSync(path)
    execFileSync('mkfifo', [path])
  },
}

for (const [what, damage] of Object.entries(damages))
  for (const of of ['object', 'result'] as const)
    test(`damaged there: ${what}, of an ${of}; never a hit, and mended by the next push`, async () => {
      const { folder, results } = await filled()
      const [result] = results as [StoredResult]
      const [first] = objectRefsOf(result)
      damage(join(folder, of === 'object' ? objectPath(first!.digest) : resultPath(result.key)))
      const local = await freshStore()
      const store = await behind(local, `file://${folder}`)
      const found = (await store.results.find(result.key)).result
      if (found) assert.equal(await store.exchange.bring([found]), [result.key])
      assert.is((await local.results.find(result.key)).result, undefined)
      assert.is((await store.results.find(result.key)).result, undefined)
      const isPlain = !/folder|pipe/.test(what)
      if (of === 'object' || !/the file|folder|pipe/.test(what))
        assert.match(codes(store).join(), /^remote-(?:wrong-bytes|incomplete)$/)
      // The other one is as good as ever.
      assert.ok((await store.results.find(results[1]!.key)).result)

      await makeResult(store, 'x', [40_000, 300])
      await store.exchange.settle()
      store.exchange.close()
      if (!isPlain) return
      const later = await behind(await freshStore(), `file://${folder}`)
      const again = (await later.results.find(result.key)).result
      assert.ok(again)
      assert.equal(await later.exchange.bring([again]), [])
      later.exchange.close()
    })

test('that an object is wrong there is remembered: a later command puts the right one there', async () => {
  const { folder, results } = await filled()
  const [result] = results as [StoredResult]
  const [first] = objectRefsOf(result)
  damages['one bit']!(join(folder, objectPath(first!.digest)))
  const local = await freshStore()
  const one = await behind(local, `file://${folder}`)
  assert.ok((await one.results.find(result.key)).result, 'its size is right')
  assert.equal(await one.exchange.bring([result]), [result.key])
  one.exchange.close()
  // Another process, later: it is no hit, though nothing of it was read.
  const two = await behind(local, `file://${folder}`)
  assert.is((await two.results.find(result.key)).result, undefined)
  assert.equal(codes(two), ['remote-incomplete'])
  two.exchange.close()
  await makeResult(local, 'x', [40_000, 300])
  const three = await behind(local, `file://${folder}`)
  assert.ok(await three.exchange.pushNow(result))
  assert.is(three.exchange.pushed().objects, 1)
  three.exchange.close()
  const other = await behind(await freshStore(), `file://${folder}`)
  assert.ok((await other.results.find(result.key)).result)
  assert.equal(await other.exchange.bring([result]), [])
  other.exchange.close()
})

test('a folder that is not there is never made', async () => {
  const folder = join(emptyFolder(), 'not-mounted')
  const store = await behind(await freshStore(), `file://${folder}`)
  const result = await makeResult(store, 'x', [10])
  await store.exchange.settle()
  assert.equal(codes(store), ['remote-missing', 'remote-unsent'])
  const other = await behind(await freshStore(), `file://${folder}`)
  assert.is((await other.results.find(result.key)).result, undefined)
  assert.equal(codes(other), ['remote-missing'])
  assert.not(existsSync(folder))
})

/** A small disk; undefined where this machine lets nobody mount one. */
const mounted: string[] = []
const unmount = (): void => {
  for (const folder of mounted.splice(0)) execFileSync('umount', ['-l', folder])
}
process.once('exit', unmount)
const smallDisk = (megabytes: number): string | undefined => {
  const folder = emptyFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  mounted.push(folder)
  return folder
}

const full = smallDisk(1)
const readOnly = smallDisk(4)
if (full === undefined || readOnly === undefined)
  test.skip('no room, no writes: nobody may mount a disk here', () => undefined)
else {
  test('no room at the remote: what fits is there, nothing is torn, all is kept here', async () => {
    const local = await freshStore()
    const store = await behind(local, `file://${full}`)
    const results = [await makeResult(store, 'big', [3_000_000]), await makeResult(store, 'small', [100])]
    await store.exchange.settle()
    assert.equal(codes(store), ['disk-full', 'remote-unsent'])
    for (const { key } of results) assert.ok((await local.results.find(key)).result)
    assert.ok(existsSync(join(full, resultPath(results[1]!.key))))
    assert.not(existsSync(join(full, resultPath(results[0]!.key))))
    const names = readdirSync(full, { recursive: true, encoding: 'utf8' })
    assert.not(names.some(name => name.endsWith('.tmp')))
    store.exchange.close()
  })

  test('a folder that takes no writes: what is there is used, what is made stays here', async () => {
    const mine = await behind(await freshStore(), `file://${readOnly}`)
    const result = await makeResult(mine, 'x', [1000])
    await mine.exchange.settle()
    mine.exchange.close()
    execFileSync('mount', ['-o', 'remount,ro', readOnly])
    const local = await freshStore()
    const store = await behind(local, `file://${readOnly}`)
    assert.ok((await store.results.find(result.key)).result)
    assert.equal(await store.exchange.bring([result]), [])
    const own = await makeResult(store, 'z', [10])
    await store.exchange.settle()
    assert.equal(codes(store), ['store-read-only', 'remote-unsent'])
    assert.ok((await local.results.find(own.key)).result)
    store.exchange.close()
  })
}
