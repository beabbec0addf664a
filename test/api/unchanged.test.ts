import { appendFileSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PlanOptions, RunOptions } from '../../src/api/options.js'
import { rememberRun } from '../../src/api/remember.js'
import { run, runPlanned } from '../../src/api/run.js'
import { runUnchanged } from '../../src/api/unchanged.js'
import { planToRun } from '../../src/api/validate.js'
import type { Event } from '../../src/core/event.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('runs in which nothing is to be done')

const recipe = `trimtab: 1
params: {floor: 0}
steps:
  table:
    kind: dataset
    source: {csv: {path: table.csv, label: kind}}
    split: {train: 0.5, test: 0.5}
gates: {some: {check: params.floor <= 1}}
`
const rows = ['a,b,kind', ...Array.from({ length: 20 }, (_, at) => `${at},${at * 2},${at % 2}`)].join('\n')

const project = () => {
  const folder = realpathSync(emptyFolder())
  writeFileSync(join(folder, 'recipe.yml'), recipe)
  writeFileSync(join(folder, 'table.csv'), `${rows}\n`)
  const options: PlanOptions = { recipe: 'recipe.yml', cwd: folder, env: {}, store: join(folder, '.trimtab') }
  /** A run that looks at everything. Files of a test are too young to be trusted: `later` says that they are old. */
  const runWhole = async (more: Partial<PlanOptions> = {}, later = 10_000) => {
    const planned = await planToRun({ ...options, ...more })
    assert.ok(planned.ok, JSON.stringify(planned.problems))
    const record = await runPlanned(planned.plan!, planned.store!, {})
    await rememberRun({ ...options, ...more }, { planned, record, began: Date.now() + later })
    return record
  }
  const again = async (more: Partial<RunOptions> = {}) => {
    const events: Event[] = []
    const record = await runUnchanged({ ...options, ...more }, event => events.push(event))
    return { record, events }
  }
  return { folder, options, runWhole, again }
}

test('a run with nothing to do is the same run once more, with a record and a journal of its own', async () => {
  const { runWhole, again } = project()
  await runWhole()
  assert.is((await again()).record, undefined, 'a run that made something is not remembered')
  const whole = await runWhole()
  const { record, events } = await again()
  assert.ok(record)
  assert.is.not(record.id, whole.id)
  assert.equal(record.instances, whole.instances)
  assert.equal(record.verdicts, whole.verdicts)
  assert.equal(record.asked, whole.asked)
  assert.is(record.outcome, whole.outcome)
  assert.equal(
    events.map(({ type }) => type),
    ['planned', 'reused', 'gate', 'ended'],
  )
  assert.ok((await again()).record, 'and once more')
})

const changes: readonly (readonly [string, (folder: string) => void])[] = [
  ['the recipe', folder => appendFileSync(join(folder, 'recipe.yml'), '# a word\n')],
  ['the data', folder => appendFileSync(join(folder, 'table.csv'), '99,99,1\n')],
  [
    'the data, with its size and time put back',
    folder => {
      const path = join(folder, 'table.csv')
      writeFileSync(path, readFileSync(path, 'utf8').replace('3,6,1', '6,3,1'))
      utimesSync(path, new Date(0), new Date(0))
    },
  ],
  ['a lock file that was not there', folder => writeFileSync(join(folder, 'recipe.lock.yml'), 'lock: 1\n')],
  ['the data, gone', folder => rmSync(join(folder, 'table.csv'))],
  ['the store, its results gone', folder => rmSync(join(folder, '.trimtab/results'), { recursive: true })],
  ['the store, its objects gone', folder => rmSync(join(folder, '.trimtab/objects'), { recursive: true })],
  ['the store, its runs gone', folder => rmSync(join(folder, '.trimtab/runs'), { recursive: true })],
]
for (const [what, change] of changes)
  test(`everything is looked at where something changed: ${what}`, async () => {
    const { folder, runWhole, again } = project()
    await runWhole()
    await runWhole()
    assert.ok((await again()).record)
    change(folder)
    assert.is((await again()).record, undefined)
  })

test('another asking is another run', async () => {
  const { runWhole, again } = project()
  await runWhole()
  await runWhole()
  for (const more of [
    { set: { floor: '1' } },
    { env: { TRIMTAB_PARAM_FLOOR: '1' } },
    { sweep: { floor: ['0', '1'] } },
    { only: ['table'] },
    { engine: 'cpu' as const },
  ])
    assert.is((await again(more)).record, undefined, JSON.stringify(more))
  assert.ok((await again()).record)
})

test('a lock file is looked at by every run, and --frozen is another asking', async () => {
  const { folder, options, runWhole, again } = project()
  await run(options)
  await runWhole()
  assert.ok((await again()).record)
  assert.is((await again({ frozen: true })).record, undefined)
  const path = join(folder, 'recipe.lock.yml')
  appendFileSync(path, '# a word\n')
  assert.is((await again()).record, undefined)
  await runWhole()
  assert.ok((await again()).record)
  rmSync(path)
  assert.is((await again()).record, undefined)
})

test('a run that warns is not remembered, so that each one warns', async () => {
  const { runWhole, again } = project()
  const env = { TRIMTAB_PARAM_FLOR: '1' }
  await runWhole({ env })
  const whole = await runWhole({ env })
  assert.ok(whole.instances.every(({ status }) => status === 'reused'))
  assert.is((await again({ env })).record, undefined)
})

test('files that were touched just now are not trusted to show a change', async () => {
  const { runWhole, again } = project()
  await runWhole()
  await runWhole({}, 0)
  assert.is((await again()).record, undefined)
})
