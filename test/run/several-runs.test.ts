import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../src/core/brand.js'
import { openStore } from '../../src/store/open.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import type { Errand } from './executor.js'
import { filesIn, hasLines, linesOf, startExecutor } from './executors.js'

const test = suite('several runs on one store')

const inOrder = (a: string, b: string): number => (a < b ? -1 : 1)

/** Every object is what its name says, every result whole, and nothing unfinished or claimed is left. */
const isOrderly = async (folder: string): Promise<void> => {
  const store = await openStore(folder)
  for (const { key } of store.results.heads()) assert.equal((await store.results.find(key)).problems, [])
  for (const start of readdirSync(join(folder, 'objects')))
    for (const rest of readdirSync(join(folder, 'objects', start)))
      assert.ok(await store.objects.verify(`sha256:${start}${rest}` as Digest))
  for (const name of ['claims', 'tmp', 'damaged']) assert.equal(filesIn(folder, name), [], name)
}

const graph = (trace: string): Errand['steps'] => [
  ...[1, 2, 3, 4, 5, 6].map(value => ({ id: `a${value}`, config: { value, milliseconds: 200, trace } })),
  { id: 'even', from: ['a2', 'a4', 'a6'], config: { value: 0, milliseconds: 100, trace } },
  { id: 'odd', from: ['a1', 'a3', 'a5'], config: { value: 0, milliseconds: 100, trace } },
  { id: 'timed', kind: 'exclusiveTick', from: ['even'], config: { value: 100, milliseconds: 50, trace } },
  { id: 'all', from: ['even', 'odd', 'timed'], config: { value: 0, trace } },
]

for (const count of [2, 8])
  test(`${count} at once do the work of one, each step once, and end with the same digests`, async () => {
    const folder = join(emptyFolder(), '.trimtab')
    const trace = join(emptyFolder(), 'trace')
    const executors = Array.from({ length: count }, () => startExecutor({ folder, steps: graph(trace) }))
    const ends = await Promise.all(executors.map(each => each.ended))
    for (const { code, last } of ends) {
      assert.is(code, 0)
      assert.equal(last?.digests, ends[0]?.last?.digests)
      assert.ok(Object.values(last?.became ?? {}).every(each => each === 'finished' || each === 'reused'))
    }
    const begun = linesOf(trace).filter(line => line.includes('begin'))
    assert.equal(
      begun.map(line => line.split(' ')[2]!).sort(inOrder),
      graph(trace)
        .map(({ id }) => id)
        .sort(inOrder),
    )
    const finished = ends.flatMap(({ last }) =>
      Object.values(last?.became ?? {}).filter(each => each === 'finished'),
    )
    assert.is(finished.length, begun.length, 'who reuses a step has not made it')
    assert.is(filesIn(folder, 'runs').length, count)
    assert.is((await (await openStore(folder)).runs.list()).length, count)
    await isOrderly(folder)
  })

const slow = (trace: string, milliseconds: number, more = {}): Errand['steps'] => [
  { id: 'slow', kind: 'firstTime', config: { trace, milliseconds, fails: false, ...more } },
]

test('when the process that makes a step is killed, another takes over at once', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const trace = join(emptyFolder(), 'trace')
  // No lease ends within this test: it is the process that is asked for.
  const errand = { folder, steps: slow(trace, 600_000), claims: { lease: 600_000 } }
  const first = startExecutor(errand)
  await hasLines(trace, 1)
  const others = [startExecutor(errand), startExecutor(errand)]
  for (const each of others) assert.is((await each.heard('waits')).pid, first.process.pid)
  assert.is(linesOf(trace).length, 1)
  first.process.kill('SIGKILL')
  const ends = await Promise.all(others.map(each => each.ended))
  assert.equal(ends.map(({ last }) => last?.became?.['slow'] ?? '').sort(inOrder), ['finished', 'reused'])
  assert.equal(ends[0]?.last?.digests, ends[1]?.last?.digests)
  assert.is(linesOf(trace).length, 2)
  await isOrderly(folder)
})

for (const [where, writer] of [
  ['on another host', { host: 'abcdefabcdef', pid: 1, start: '1' }],
  ['here', undefined],
] as const)
  test(`a process ${where} that is stopped loses its claim after the lease, and ends well when it goes on`, async () => {
    const folder = join(emptyFolder(), '.trimtab')
    const trace = join(emptyFolder(), 'trace')
    const lease = { lease: 1500, beat: 200 }
    const steps = slow(trace, 1000)
    const first = startExecutor({ folder, steps, claims: writer ? { ...lease, writer } : lease })
    await hasLines(trace, 1)
    first.process.kill('SIGSTOP')
    const second = startExecutor({ folder, steps, claims: lease })
    await second.heard('waits')
    const end = await second.ended
    assert.equal(end.last?.became, { slow: 'finished' })
    first.process.kill('SIGCONT')
    const late = await first.ended
    assert.is(late.code, 0)
    assert.equal(late.last?.digests, end.last?.digests, 'the first result stands')
    assert.is(linesOf(trace).length, 2)
    await isOrderly(folder)
  })

test('a live holder on another host keeps its claim for as long as it works', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const trace = join(emptyFolder(), 'trace')
  const lease = { lease: 800, beat: 100 }
  const steps = slow(trace, 3000)
  const far = { host: 'abcdefabcdef', pid: 1, start: '1' }
  const first = startExecutor({ folder, steps, claims: { ...lease, writer: far } })
  await hasLines(trace, 1)
  const second = startExecutor({ folder, steps, claims: lease })
  assert.equal((await second.ended).last?.became, { slow: 'reused' })
  assert.equal((await first.ended).last?.became, { slow: 'finished' })
  assert.is(linesOf(trace).length, 1)
  await isOrderly(folder)
})

test('what another run failed to make is tried here', async () => {
  const folder = join(emptyFolder(), '.trimtab')
  const trace = join(emptyFolder(), 'trace')
  const errand = { folder, steps: slow(trace, 6000, { fails: true }) }
  const first = startExecutor(errand)
  await hasLines(trace, 1)
  const second = startExecutor(errand)
  await second.heard('waits')
  assert.equal((await first.ended).last?.became, { slow: 'failed' })
  assert.equal((await second.ended).last?.became, { slow: 'finished' })
  await isOrderly(folder)
})
