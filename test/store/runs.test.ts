import { Ajv2020 } from 'ajv/dist/2020.js'
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '../../src/core/event.js'
import { problem, ProblemError } from '../../src/core/problem.js'
import { openJournal } from '../../src/store/journal.js'
import { openStore } from '../../src/store/open.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { runRecordSchema } from '../../src/store/run-record-schema.js'
import { runId } from '../../src/store/runs.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('store runs')

const recordOf = (id: string): RunRecord => ({
  version: 2,
  id,
  started: '2026-11-23T23:59:59.001Z',
  seconds: 1.5,
  outcome: 'gate-failed',
  asked: {
    recipe: '/a/recipe.yml',
    recipeDigest: 'sha256:1',
    project: '/a',
    sources: [{ path: 'recipe.yml', digest: `sha256:${'c'.repeat(64)}` as never, bytes: 9 }],
    engine: 'auto',
    params: { epochs: 2 },
    set: {},
    only: ['a'],
  },
  where: {
    trimtab: '0.1.0',
    node: 'v20',
    engine: { name: 'wasm', version: '4.22' },
    machine: 'cpu × 2',
    dirty: true,
  },
  instances: [
    {
      instance: 'scores[a]',
      step: 'scores',
      kind: 'evaluate',
      status: 'finished',
      config: {},
      inputs: { models: ['a'] },
      about: 'a',
      output: {
        outputs: {
          metrics: {
            type: 'metrics',
            digest: `sha256:${'a'.repeat(64)}` as never,
            bytes: 1,
            storedBytes: 1,
            objects: { 'correct-test': { digest: `sha256:${'b'.repeat(64)}` as never, bytes: 1 } },
            meta: { count: 8 },
          },
        },
        metrics: { test: { accuracy: 1 } },
      },
    },
  ],
  verdicts: [
    {
      gate: 'g',
      form: 'check',
      status: 'fail',
      severity: 'error',
      asked: 'a.accuracy > 1',
      found: '1 > 1',
      figures: { p: 0.5 },
      at: { file: 'r', line: 1, column: 1, endLine: 1, endColumn: 2 },
    },
  ],
  problems: [problem('x', 'y', { hint: 'z' })],
})

const skipped = (instance: string): Event => ({ type: 'skipped', time: 1, instance, reason: 'none' })

test('ids are what they promise and sort by time to the millisecond', () => {
  const at = (ms: number): string => runId(new Date(Date.UTC(2026, 10, 23, 23, 59, 59, ms)))
  assert.match(at(0), /^20261123-235959-00[0-9a-z]{2}$/)
  for (let ms = 1; ms < 1000; ms++) assert.ok(at(ms - 1).slice(0, -2) < at(ms).slice(0, -2))
})

test('a run has its journal in order and its record, and is found by id, beginning and latest', async () => {
  const folder = emptyFolder()
  const { runs } = await openStore(folder)
  assert.equal(await runs.list(), [])
  assert.is(await runs.read('latest'), undefined)
  const first = await runs.open(new Date(Date.UTC(2026, 0, 1)))
  const second = await runs.open(new Date(Date.UTC(2026, 0, 2)))
  const events = Array.from({ length: 100 }, (_, i) => skipped(`é${i}\n"`))
  for (const event of events) first.append(event)
  assert.equal(await runs.journal(first.id), events, 'readable while it runs')
  await second.close(recordOf(second.id))
  await first.close(recordOf(first.id))
  assert.equal(
    (await runs.list()).map(each => each.id),
    [first.id, second.id],
  )
  assert.equal(await runs.read(first.id), recordOf(first.id))
  assert.is((await runs.read('20260102'))?.id, second.id)
  assert.is((await runs.read('latest'))?.id, second.id)
  assert.is(await runs.read('2025'), undefined)
  assert.is(await runs.read('../x'), undefined)
  const error = await runs.read('2026').catch((thrown: unknown) => thrown)
  assert.ok(error instanceof ProblemError)
  assert.is(error.problems[0]!.code, 'run-ambiguous')
  assert.is(readFileSync(join(folder, '.gitignore'), 'utf8'), '*\n')
})

test('runs of one millisecond get different ids', async () => {
  const { runs } = await openStore(emptyFolder())
  const now = new Date()
  const opened = await Promise.all(Array.from({ length: 30 }, () => runs.open(now)))
  assert.is(new Set(opened.map(each => each.id)).size, 30)
})

test('a journal whose last line was cut is read up to there; a run that never ended has no record', async () => {
  const folder = emptyFolder()
  const { runs } = await openStore(folder)
  const run = await runs.open(new Date())
  run.append(skipped('a'))
  run.append(skipped('b'))
  appendFileSync(join(folder, 'runs', run.id, 'journal.jsonl'), '{"type":"skip')
  assert.equal(await runs.journal(run.id), [skipped('a'), skipped('b')])
  assert.equal(await runs.list(), [])
  assert.is(await runs.read(run.id), undefined)
  assert.equal(await runs.journal('20200101-000000-aaaa'), [])
})

test('an event after the end is a bug', async () => {
  const { runs } = await openStore(emptyFolder())
  const run = await runs.open(new Date())
  await run.close(recordOf(run.id))
  assert.throws(() => run.append(skipped('a')), /after the end/)
})

test('a run that cannot be opened says why', async () => {
  const folder = emptyFolder()
  mkdirSync(join(folder, 's'))
  writeFileSync(join(folder, 's/runs'), 'a file')
  const error = await (
    await openStore(join(folder, 's'))
  ).runs
    .open(new Date())
    .catch((thrown: unknown) => thrown)
  assert.ok(error instanceof ProblemError)
  assert.is(error.problems[0]!.code, 'store-in-the-way')
})

test('a journal on a full disk never stops the run, and its end says so', () => {
  if (!existsSync('/dev/full')) return
  const place = emptyFolder()
  symlinkSync('/dev/full', join(place, 'journal.jsonl'))
  const journal = openJournal(join(place, 'journal.jsonl'))
  journal.append(skipped('a'))
  journal.append(skipped('b'))
  const cut = journal.end()
  assert.is(cut?.code, 'journal-cut')
  assert.is(cut?.severity, 'warning')
  assert.match(cut?.message ?? '', /no room left/)
})

test('a record of version 1 reads as one of this version; one of a later version is named, and hides no other', async () => {
  const folder = emptyFolder()
  const store = await openStore(folder)
  const write = (id: string, record: unknown): void => {
    mkdirSync(join(folder, 'runs', id), { recursive: true })
    writeFileSync(join(folder, 'runs', id, 'run.json'), JSON.stringify(record))
  }
  const { project: _, sources: __, engine: ___, ...first } = recordOf('x').asked
  const old = '20261123-235959-ab12'
  write(old, { ...recordOf(old), version: 1, asked: first })
  const validate = new Ajv2020({ strict: true }).compile(runRecordSchema)
  const read = await store.runs.read(old)
  assert.ok(validate(read), JSON.stringify(validate.errors))
  assert.equal(read?.asked.sources, [])
  assert.is(read?.asked.project, '/a')

  const later = '20991123-235959-ab12'
  write(later, { ...recordOf(later), version: 3 })
  const error = await store.runs.read(later).catch((caught: unknown) => caught)
  assert.ok(error instanceof ProblemError)
  assert.is(error.problems[0]!.code, 'run-newer')
  assert.equal(
    (await store.runs.list()).map(({ id }) => id),
    [old],
  )
})

test('the schema takes a record and refuses what is none', () => {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(runRecordSchema)
  assert.ok(validate(recordOf('20261123-235959-ab12')), JSON.stringify(validate.errors))
  const { seconds: _, ...without } = recordOf('x')
  assert.not.ok(validate(without))
  assert.not.ok(validate({ ...recordOf('x'), outcome: 'fine' }))
  assert.not.ok(validate({ ...recordOf('x'), extra: 1 }))
})
