import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeArtifact } from '../../src/core/artifact.js'
import type { Key } from '../../src/core/brand.js'
import { digestValue } from '../../src/core/hash.js'
import { stream } from '../../src/core/random.js'
import { openStore } from '../../src/store/open.js'
import type { Store } from '../../src/store/store.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('a sweep that is killed')

/** Stores results that share objects with their neighbours. */
const fill = async (store: Store, count: number): Promise<void> => {
  for (let at = 0; at < count; at++) {
    const objects = await Promise.all(
      [at, at + 1, at + 2].map(async name => {
        const bytes = Buffer.from(`object ${name}`)
        return [`o${name}`, { digest: await store.objects.put(bytes), bytes: bytes.length }] as const
      }),
    )
    await store.results.save({
      key: digestValue({ at }) as string as Key,
      kind: 'tick',
      instance: `i${at}`,
      output: { outputs: { sum: makeArtifact('file', Object.fromEntries(objects), {}) } },
      seconds: 1,
      parts: {},
    })
  }
}

test('at any moment leaves no result whose objects are gone, and the next one goes on', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const random = stream(5, 'kills')
  const script = join(fileURLToPath(new URL('.', import.meta.url)), 'sweeper.js')
  let cut = 0
  for (let round = 0; round < 12; round++) {
    await fill(await openStore(folder), 60)
    const sweeper = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(sweeper, 'exit')
    await once(sweeper.stdout, 'data')
    await sleep(random.uniform() * 40)
    sweeper.kill('SIGKILL')
    const [, signal] = (await ended) as [number | null, string | null]
    if (signal === 'SIGKILL') cut++
    const store = await openStore(folder)
    for (const { key } of store.results.heads()) assert.equal((await store.results.find(key)).problems, [])
  }
  assert.ok(cut > 0, 'some were killed in the middle')
  const last = spawn(process.execPath, [script, folder], { stdio: 'ignore' })
  assert.equal(await once(last, 'exit'), [0, null])
  assert.equal(readdirSync(join(folder, 'results')), [])
  assert.equal(readdirSync(join(folder, 'claims')), [])
})
