import type { RunRecord } from '../../src/store/run-record.js'
import { trimtab, type Ran } from '../rig.js'
import { assert, suite } from '../suite.js'
import { copyOf, recordOf } from './rig.js'

const test = suite('example of a chain of repairs')

test('fallback: each repair runs only where the one before was not enough', async () => {
  const folder = copyOf('fallback')
  const after = async (...args: string[]): Promise<{ ran: Ran; record: RunRecord; best: unknown }> => {
    const ran = await trimtab(folder, ['run', ...args])
    const record = await recordOf(folder)
    const best = record.instances.find(each => each.instance === 'best')?.output?.record?.['chosen']
    return { ran, record, best }
  }
  const states = (record: RunRecord): Record<string, boolean> =>
    Object.fromEntries(record.instances.map(({ instance, status }) => [instance, status !== 'skipped']))
  const generous = await after('--set', 'budget=0.9', '--set', 'epochs=1')
  assert.is(generous.best, 'ptq', generous.ran.stderr)
  assert.equal([states(generous.record)['ptq'], states(generous.record)['qat']], [true, false])
  // No model is right more than always: the whole chain runs, and ends at the float model.
  const impossible = await after('--set', 'budget=-1', '--set', 'epochs=1')
  assert.is(impossible.best, 'base')
  assert.is(impossible.ran.code, 1)
  assert.equal(
    ['qat', 'kept[layer=stem]', 'kept[layer=body]', 'mixed'].map(id => states(impossible.record)[id]),
    [true, true, true, true],
  )
  assert.match(impossible.ran.stderr + impossible.ran.stdout, /best is base: no candidate will do: ptq: /)
  assert.is(impossible.record.instances.find(each => each.instance === 'base')?.status, 'reused')
})
