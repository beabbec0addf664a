import { readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Emitted, Event } from '../../src/core/event.js'
import { problem } from '../../src/core/problem.js'
import { paintFor } from '../../src/report/paint.js'
import { runsLines } from '../../src/report/runs.js'
import { unfinishedLines } from '../../src/report/unfinished.js'
import { readJournal } from '../../src/store/journal.js'
import { openStore } from '../../src/store/open.js'
import { unfinishedRun } from '../../src/store/unfinished.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('a run without a record')
const paint = paintFor({ isTTY: false })

const events = (
  [
    {
      type: 'planned',
      run: 'x',
      recipe: '/home/é/recipe.yml',
      instances: ['a', 'b', 'c', 'd', 'e', 'f'].map(instance => ({
        instance,
        step: instance,
        kind: 'train',
        status: 'miss',
      })),
    },
    { type: 'reused', instances: ['a'] },
    { type: 'started', instance: 'b', attempt: 1, lane: 'compute' },
    { type: 'progress', instance: 'b', progress: { epoch: 1, loss: 0.5 } },
    { type: 'finished', instance: 'b', seconds: 2, metrics: {} },
    { type: 'started', instance: 'c', attempt: 1, lane: 'compute' },
    {
      type: 'failed',
      instance: 'c',
      attempt: 1,
      retrying: false,
      problems: [problem('bad-weather', 'it rains')],
    },
    { type: 'skipped', instance: 'd', reason: 'needs "c", which failed' },
    { type: 'log', level: 'warning', message: 'late' },
    { type: 'started', instance: 'e', attempt: 1, lane: 'compute' },
  ] satisfies Emitted[]
).map((event, at): Event => ({ time: 1_790_000_000_000 + at * 1000, ...event }) as Event)

test('is told from its journal, step by step', () => {
  const run = unfinishedRun('20261123-235959-ab12', events, false)
  assert.is(run.state, 'interrupted')
  assert.is(run.recipe, '/home/é/recipe.yml')
  assert.is(run.seconds, 9)
  assert.equal(
    run.instances.map(each => each.status),
    ['reused', 'finished', 'failed', 'skipped', 'started', 'waiting'],
  )
  const lines = unfinishedLines(run, paint)
  assert.match(lines.join('\n'), /e +train +cut off/)
  assert.match(lines.join('\n'), /f +train +not started/)
  assert.match(lines.join('\n'), /it rains/)
  assert.match(lines.join('\n'), /the same run goes on from there/)
  assert.match(runsLines([run], paint)[1]!, /é\/recipe.yml +interrupted +6 +1 +9/)
})

test('a journal that was cut at any byte, or bent at any, tells what it can', () => {
  const folder = emptyFolder()
  const path = join(folder, 'journal.jsonl')
  const whole = Buffer.from(events.map(event => `${JSON.stringify(event)}\n`).join(''))
  const told = (bytes: Uint8Array): number => {
    writeFileSync(path, bytes)
    const found = readJournal(path)
    const run = unfinishedRun('20261123-235959-ab12', found, false)
    unfinishedLines(run, paint)
    runsLines([run], paint)
    return found.length
  }
  assert.is(told(whole), events.length)
  let most = 0
  for (let cut = 0; cut <= whole.length; cut++) {
    const count = told(whole.subarray(0, cut))
    assert.ok(count >= most, 'more of a journal never tells less')
    most = count
  }
  for (let at = 0; at < whole.length; at++) {
    const bent = Buffer.from(whole)
    bent[at]! ^= 1 << (at % 8)
    // A bent line feed costs the two lines that it parted.
    assert.ok(told(bent) >= events.length - 2)
  }
  // Blocks that a disk never wrote.
  for (let at = 0; at < whole.length; at += 7) {
    const holed = Buffer.from(whole)
    holed.fill(0, at, Math.min(at + 200, whole.length))
    told(holed)
  }
  for (const strange of [
    'null',
    '12',
    '[]',
    '{}',
    '{"type":"planned","time":1}',
    '{"type":"toString","time":1}',
  ])
    assert.is(told(Buffer.from(`${strange}\n`)), 0, strange)
})

test('is running while its process lives, and interrupted once it does not', async () => {
  const folder = emptyFolder()
  const { runs } = await openStore(folder)
  const run = await runs.open(new Date())
  for (const event of events) run.append(event)
  const stateOf = async (): Promise<string> => (await runs.unfinished())[0]!.state
  assert.is(await stateOf(), 'running')
  const path = join(folder, 'claims', `run-${run.id}.json`)
  const own = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const elsewhere = { ...own, host: 'another host and boot', pid: 1 }
  const states: [unknown, string][] = [
    [{ ...own, pid: 2 ** 22 + 1 }, 'interrupted'],
    [{ ...own, start: '12' }, 'interrupted'],
    [elsewhere, 'running'],
    [own, 'running'],
  ]
  for (const [content, state] of states) {
    writeFileSync(path, JSON.stringify(content))
    assert.is(await stateOf(), state, JSON.stringify(content))
  }
  // Another host's process cannot be asked: what tells is when it last gave a sign of life.
  writeFileSync(path, JSON.stringify(elsewhere))
  const hourAgo = Date.now() / 1000 - 3600
  utimesSync(path, hourAgo, hourAgo)
  assert.is(await stateOf(), 'interrupted')
  rmSync(path)
  assert.is(await stateOf(), 'interrupted')
})

test('a record that a power cut emptied, zeroed or tore is told from the journal', async () => {
  const folder = emptyFolder()
  const { runs } = await openStore(folder)
  const run = await runs.open(new Date())
  for (const event of events) run.append(event)
  run.append({ time: 1_790_000_020_000, type: 'ended', run: run.id, outcome: 'passed', seconds: 20 })
  const record = { version: 2, id: run.id, asked: { sources: [] }, instances: [] }
  await run.close(record as never)
  assert.equal(await runs.unfinished(), [])
  const path = join(folder, 'runs', run.id, 'run.json')
  const whole = readFileSync(path)
  const damages: readonly (() => void)[] = [
    () => truncateSync(path, 0),
    () => writeFileSync(path, Buffer.alloc(whole.length)),
    () => writeFileSync(path, whole.subarray(0, whole.length / 2)),
    () => writeFileSync(path, 'null'),
    () => writeFileSync(path, '[]'),
    () => writeFileSync(path, '{"version":2}'),
    () => rmSync(path),
  ]
  for (const damage of damages) {
    writeFileSync(path, whole)
    damage()
    assert.equal(await runs.list(), [])
    assert.is(await runs.read(run.id), undefined)
    assert.is(await runs.read('latest'), undefined)
    const [told] = await runs.unfinished()
    assert.is(told?.state, 'record-lost')
    assert.is(told?.outcome, 'passed')
    assert.match(runsLines([told!], paint)[1]!, /passed, record lost/)
  }
})
