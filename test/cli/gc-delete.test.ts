import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GcReport } from '../../src/api/gc.js'
import type { Event } from '../../src/core/event.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { countOf, reportOf, twoBranches } from './gc-rig.js'
import { project, recipe } from './lock-rig.js'

const test = suite('what trimtab gc deletes')

/** Statuses of the steps of a run that printed its events, and what it warned of. */
const ranOf = (stdout: string, stderr: string) => {
  const events = stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Event)
  return {
    reused: events.flatMap(event => (event.type === 'reused' ? event.instances : [])).length,
    finished: events.filter(({ type }) => type === 'finished').length,
    warned: /warning|gone|damaged/.test(stderr),
  }
}

test('after --delete every recipe that was kept is all hits, without a warning; the rest is made again', async () => {
  const { gc, run, git, folder } = await twoBranches()
  const before = readdirSync(join(folder, '.trimtab/results')).length
  const gone = reportOf((await gc('--refs', 'none', '--delete', '--json')).stdout)
  assert.ok(gone.deleted)
  assert.ok(countOf(gone.goes, 'result') > 0)
  assert.is(readdirSync(join(folder, '.trimtab/results')).length, before - countOf(gone.goes, 'result'))
  assert.equal(readdirSync(join(folder, '.trimtab/claims')), [])
  const kept = await run('--frozen')
  assert.is(kept.code, 0, kept.stderr)
  const hits = ranOf(kept.stdout, kept.stderr)
  assert.equal(hits, { reused: 5, finished: 0, warned: false })
  git('checkout', '-q', 'other')
  const other = await run('--frozen')
  assert.is(other.code, 0, other.stderr)
  const made = ranOf(other.stdout, other.stderr)
  assert.is(made.finished, countOf(gone.goes, 'result'))
  assert.not(made.warned)
})

test('a store that several projects use: the locks of those whose runs it has count', async () => {
  const store = join(emptyFolder(), 'store')
  const [one, two] = [project(), project(recipe('', 9))]
  await one.run('--store', store)
  await two.run('--store', store)
  const report = async (...args: string[]) =>
    reportOf(
      (await one.trimtab('gc', '--json', '--grace', '0', '--keep-runs', '0', '--store', store, ...args))
        .stdout,
    )
  const locks = (found: GcReport): string[] =>
    found.keepers.filter(({ what }) => what === 'lock').map(({ name }) => name)
  assert.equal(locks(await report()).sort(), [one.path, two.path].sort())
  assert.is(countOf((await report()).goes, 'result'), 0)
  await one.trimtab('gc', '--delete', '--grace', '0', '--keep-runs', '0', '--store', store)
  // Without records of its runs, the other project must be named.
  assert.equal(locks(await report()), [one.path])
  assert.equal(locks(await report('--project', two.folder)).sort(), [one.path, two.path].sort())
  assert.is((await one.trimtab('gc', '--project', 'no/such', '--store', store)).code, 2)
})

test('nothing there, wrong flags, a lock that cannot be read, and a lock with conflicts', async () => {
  const empty = emptyFolder()
  const none = await trimtab(empty, ['gc'])
  assert.is(none.code, 0)
  assert.match(none.stdout, /there is no store/)
  assert.not(existsSync(join(empty, '.trimtab')))
  assert.is((await trimtab(empty, ['gc', '--grace', 'soon'])).code, 2)

  const { run, write, text, folder, trimtab: command } = project()
  await run()
  const gc = (...args: string[]) => command('gc', '--grace', '0', '--keep-runs', '0', ...args)
  const before = text()
  write('recipe.lock.yml', `<<<<<<< HEAD\n${before}=======\n${before}>>>>>>> other\n`)
  assert.is(countOf(reportOf((await gc('--json', '--refs', 'none')).stdout).stays, 'result') > 0, true)
  write('recipe.lock.yml', 'trimtab: 99\nrecipe: recipe.yml\n')
  const unread = await gc('--refs', 'none', '--delete')
  assert.is(unread.code, 2, unread.stdout)
  assert.match(unread.stderr, /\[lock-|\[newer-/)
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'sub', 'pnpm.lock.yml'), 'packages: {}\n')
  write('recipe.lock.yml', before)
  assert.is((await gc('--refs', 'none')).code, 0)
})
