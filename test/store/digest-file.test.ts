import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Digest } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { openDigestCache } from '../../src/store/digest-cache.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { bytesReadBy, linesOf, old, settle } from './digest-rig.js'

const test = suite('the file in which digests are remembered')

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
