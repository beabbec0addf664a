import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Artifact } from '../../src/core/artifact.js'
import type { Digest } from '../../src/core/brand.js'
import { ProblemError } from '../../src/core/problem.js'
import { sharedObjects } from '../../src/run/lanes/shared-objects.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('objects in shared memory')

const artifactOf = (...digests: readonly Digest[]): Artifact => ({
  type: 'file',
  digest: digests[0]!,
  bytes: 0,
  storedBytes: 0,
  objects: Object.fromEntries(digests.map((digest, at) => [`part${at}`, { digest, bytes: 0 }])),
  meta: {},
})

/** Lets what was dropped be counted off. */
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

test('read once while readers are ahead, gone with the last one', async () => {
  const store = await openStore(join(emptyFolder(), 'store'))
  const digest = await store.objects.put(Buffer.alloc(1000, 7))
  const objects = sharedObjects(store)
  objects.expect('base', 2)
  objects.own('base', [artifactOf(digest)])
  const first = await objects.open(digest)
  assert.is(await objects.open(digest), first)
  assert.equal([new Uint8Array(first)[999], first.byteLength, objects.bytes()], [7, 1000, 1000])
  objects.release('base')
  assert.is(await objects.open(digest), first)
  objects.release('base')
  await settle()
  assert.is(objects.bytes(), 0)
})

test('an object of two owners stays until both are through', async () => {
  const store = await openStore(join(emptyFolder(), 'store'))
  const shared = await store.objects.put(Buffer.alloc(10))
  const own = await store.objects.put(Buffer.alloc(5))
  const objects = sharedObjects(store)
  for (const owner of ['a', 'b']) objects.expect(owner, 1)
  objects.own('a', [artifactOf(shared, own)])
  objects.own('b', [artifactOf(shared)])
  await objects.open(shared)
  await objects.open(own)
  objects.release('a')
  await settle()
  assert.is(objects.bytes(), 10)
  objects.release('b')
  await settle()
  assert.is(objects.bytes(), 0)
})

test('what nobody ahead needs is handed out and not kept', async () => {
  const store = await openStore(join(emptyFolder(), 'store'))
  const digest = await store.objects.put(Buffer.alloc(10))
  const objects = sharedObjects(store)
  assert.is((await objects.open(digest)).byteLength, 10)
  await settle()
  assert.is(objects.bytes(), 0)
})

test('damage is a problem each time, until it is mended', async () => {
  const store = await openStore(join(emptyFolder(), 'store'))
  const digest = await store.objects.put(Buffer.alloc(10))
  writeFileSync(store.objects.path(digest), 'rotten')
  const objects = sharedObjects(store)
  objects.expect('a', 1)
  objects.own('a', [artifactOf(digest)])
  const code = async (): Promise<string> => {
    try {
      await objects.open(digest)
      return 'fine'
    } catch (error) {
      return error instanceof ProblemError ? error.problems[0]!.code : String(error)
    }
  }
  assert.is(await code(), 'object-damaged')
  assert.is(await code(), 'object-gone')
  await store.objects.put(Buffer.alloc(10))
  assert.is(await code(), 'fine')
})
