import { join } from 'node:path'
import { openStore } from '../../src/store/open.js'
import { planSweep } from '../../src/store/plan-sweep.js'
import { sweep } from '../../src/store/sweep.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { filesIn, startExecutor } from './executors.js'

const test = suite('gc beside running runs')

/** Sweeps all that nobody needs at this moment, as `gc --grace 0` without a lock and without kept runs does. */
const sweepAll = async (folder: string): Promise<number> => {
  const store = await openStore(folder)
  const begun = await store.sweeps.begin()
  if ('held' in begun) return 0
  try {
    const living = (await store.claims.living(true)).filter(({ name }) => name !== 'gc')
    const { goes } = await planSweep(store, { living, named: new Set(), runs: new Set(), grace: 0 })
    return (await sweep(folder, goes, begun.claim)).deleted.length
  } finally {
    await begun.claim.release()
  }
}

test('runs that sweeps go on beside end as if there were none, over and over', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const steps = [
    ...[1, 2, 3, 4].map(value => ({ id: `a${value}`, config: { value, milliseconds: 60 } })),
    { id: 'b', from: ['a1', 'a2'], config: { value: 10, milliseconds: 60 } },
    // Gives bytes that another step gives as well.
    { id: 'same', from: ['b'], config: { value: 0, coarse: true, milliseconds: 40 } },
    { id: 'c', from: ['a3', 'a4', 'b', 'same'], config: { value: 20, milliseconds: 60 } },
  ]
  let swept = 0
  const over = new AbortController()
  const sweeping = (async () => {
    while (!over.signal.aborted) {
      swept += await sweepAll(folder)
      await new Promise(done => setTimeout(done, 30))
    }
  })()
  let digests: unknown
  for (let round = 0; round < 3; round++) {
    const runs = [1, 2, 3].map(() => startExecutor({ folder, steps }))
    for (const { ended, told } of runs) {
      const { code, last } = await ended
      assert.is(code, 0)
      digests ??= last?.digests
      assert.equal(last?.digests, digests)
      assert.not(told.some(({ type }) => type === 'failed'))
    }
  }
  over.abort()
  await sweeping
  assert.ok(swept > 0)
  await sweepAll(folder)
  for (const name of ['results', 'runs', 'claims', 'tmp']) assert.equal(filesIn(folder, name), [], name)
})
