import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { comparedOf, ofTable, projectOf, recordOf, reproduced, run, small, table } from './reproduce-rig.js'

const test = suite('reproduce')

test('a run is reproduced bit for bit from its record, though its recipe says something else by now', async () => {
  const folder = projectOf({
    'recipe.yml': small('  times: {kind: benchmark, models: [base, int8], reference: base, rounds: 20}'),
  })
  await run(folder, '--set', 'epochs=2')
  writeFileSync(join(folder, 'recipe.yml'), 'trimtab: 1\nsteps: {}\n')
  const temporary = emptyFolder()
  const { found, text, code } = await reproduced(folder, [], { TMPDIR: temporary })
  assert.is(code, 0, text)
  assert.is(found.verdict, 'reproduced')
  assert.equal(comparedOf(found), {
    digits: 'equal',
    base: 'equal',
    int8: 'equal',
    'scores[base]': 'equal',
    'scores[int8]': 'equal',
    times: 'not-compared',
  })
  assert.match(text, /times +benchmark +○ not compared: it measures time/)
  assert.match(text, /^reproduced: 5 steps bit for bit/m)
  assert.equal([found.changed, found.environment, found.problems], [[], [], []])
  // People are told the same.
  const shown = await trimtab(folder, ['reproduce', 'latest'])
  assert.is(shown.code, 0)
  assert.is(shown.stdout.replace(/·.*s\n$/, '').trim(), text.replace(/·.*s$/, '').trim())
  // Nothing of it stays: neither a run in the project's store nor a folder beside.
  assert.is(readdirSync(join(folder, '.trimtab/runs')).length, 1)
  assert.equal(readdirSync(temporary), [])
})

test('a record, its store and its data may be elsewhere by now, under other names', async () => {
  const folder = projectOf({ 'recipe.yml': ofTable('data/rows.csv'), 'data/rows.csv': table() })
  const record = await run(folder)
  const moved = join(emptyFolder(), 'moved')
  renameSync(folder, moved)
  // From the moved project itself.
  const here = await reproduced(moved)
  assert.is(here.found.verdict, 'reproduced', here.text)
  // From nowhere, with all that is needed named.
  const elsewhere = emptyFolder()
  cpSync(recordOf(moved).path, join(elsewhere, 'old.json'))
  mkdirSync(join(elsewhere, 'attic/2019'), { recursive: true })
  renameSync(join(moved, 'data/rows.csv'), join(elsewhere, 'attic/2019/rows.csv'))
  writeFileSync(join(elsewhere, 'attic/rows.csv'), table(1))
  const store = join(moved, '.trimtab')
  const there = await reproduced(elsewhere, ['old.json', '--store', store, '--data', 'attic'])
  assert.is(there.found.verdict, 'reproduced', there.text)
  assert.is(there.found.of.name, record.id)
  const kept = await trimtab(elsewhere, [
    'reproduce',
    'old.json',
    '--store',
    store,
    '--data',
    'attic',
    '--only',
    'rows',
    '--keep',
    '--json',
  ])
  const { kept: place, steps } = JSON.parse(kept.stdout) as { kept: string; steps: { type: string }[] }
  assert.equal(
    steps.map(({ type }) => type),
    ['equal', 'not-compared', 'not-compared'],
  )
  assert.ok(existsSync(join(place, 'store/objects')))
  rmSync(place, { recursive: true, force: true })
})

test('what cannot be repeated from its record is refused with the reason', async () => {
  const folder = projectOf({ 'recipe.yml': small() })
  await run(folder, '--only', 'digits')
  const { record, path } = recordOf(folder)
  const refused = async (change: object, code: string, args: readonly string[] = ['other.json']) => {
    writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...record, ...change }))
    const ran = await trimtab(folder, ['reproduce', ...args])
    assert.is(ran.code, 2, ran.stdout)
    assert.match(ran.stderr, new RegExp(`\\[${code}\\]`))
    return ran.stderr
  }
  await refused({ outcome: 'interrupted' }, 'reproduce-interrupted')
  await refused({ version: 1 }, 'reproduce-no-sources')
  await refused({ version: 9 }, 'run-newer')
  await refused({ instances: 'none' }, 'record-invalid')
  await refused({ instances: [] }, 'reproduce-nothing')
  const own = { ...record.instances[0]!, kind: 'mine' }
  assert.match(await refused({ instances: [own] }, 'reproduce-kind'), /kind mine/)
  await refused({}, 'run-missing', ['20190101'])
  cpSync(join(folder, '.trimtab/runs', record.id), join(folder, '.trimtab/runs/20190202-030405-abcd'), {
    recursive: true,
  })
  rmSync(join(folder, '.trimtab/runs/20190202-030405-abcd/run.json'))
  await refused({}, 'run-unfinished', ['20190202'])
  const whole = await trimtab(folder, ['reproduce', path])
  assert.is(whole.code, 0, whole.stderr)
  // The text is still at its place, though the store lost it; then it is in neither.
  const [source] = record.asked.sources
  const object = join(folder, '.trimtab/objects', source!.digest.slice(7, 9), source!.digest.slice(9))
  rmSync(object)
  assert.is((await trimtab(folder, ['reproduce'])).code, 0)
  writeFileSync(join(folder, 'recipe.yml'), `${readFileSync(join(folder, 'recipe.yml'), 'utf8')}# more\n`)
  assert.match(await refused({}, 'reproduce-source-gone', []), /recipe\.yml is no longer in the store/)
})
