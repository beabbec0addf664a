import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../suite.js'
import { countOf, reportOf, twoBranches } from './gc-rig.js'
import { recipe } from './lock-rig.js'

const test = suite('what trimtab gc would delete')

/** None of these tests deletes anything. */
const branches = twoBranches()

test('locks of every local branch keep their results; without --delete nothing is deleted', async () => {
  const { gc, folder } = await branches
  const results = (): number => readdirSync(join(folder, '.trimtab/results')).length
  const before = results()
  const all = reportOf((await gc('--json')).stdout)
  // The texts of two recipes, which the records of their runs alone name.
  assert.equal([countOf(all.goes, 'result'), countOf(all.goes, 'object')], [0, 2])
  assert.is(countOf(all.stays, 'result'), before)
  assert.is(countOf(all.goes, 'run'), 2)
  const names = new Set(all.keepers.map(({ what, name }) => `${what} ${name}`))
  assert.ok(names.has('ref other:recipe.lock.yml'))
  assert.ok(names.has('ref main:recipe.lock.yml'))
  assert.ok(names.has(`lock ${join(folder, 'recipe.lock.yml')}`))

  const fewer = await gc('--refs', 'none')
  assert.is(fewer.code, 0, fewer.stderr)
  assert.match(fewer.stdout, /results +\d+ +[\d.]+ kB +\d+/)
  assert.match(fewer.stdout, /largest +made by/)
  assert.match(fewer.stdout, /Named by 1 lock file\./)
  assert.match(fewer.stdout, /would go\. Nothing was deleted: `trimtab gc --delete` does\./)
  assert.is(results(), before)
})

test('what is younger than an hour stays, unless --grace 0', async () => {
  const { trimtab } = await branches
  const young = reportOf((await trimtab('gc', '--json', '--refs', 'none', '--keep-runs', '0')).stdout)
  assert.equal(young.goes, [])
})

test('a pattern keeps the branches and tags that fit; one that fits nothing deletes nothing', async () => {
  const { gc, git } = await branches
  git('branch', 'release/1', 'other')
  git('tag', 'v1', 'other')
  git('branch', '-m', 'other', 'gone/1')
  const named = async (refs: string): Promise<string[]> =>
    reportOf((await gc('--json', '--refs', refs)).stdout)
      .keepers.filter(({ what }) => what === 'ref')
      .map(({ name }) => name)
  assert.equal(await named('release/*'), ['release/1:recipe.lock.yml'])
  assert.equal(await named('main,v1'), ['main:recipe.lock.yml', 'v1:recipe.lock.yml'])
  assert.equal(await named('HEAD'), ['HEAD:recipe.lock.yml'])
  const wrong = await gc('--refs', 'mian', '--delete')
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, /no branch, tag or commit here fits "mian" \[gc-ref-unknown\]/)
  assert.is(
    reportOf((await gc('--json', '--refs', 'release/*')).stdout).goes.filter(({ what }) => what === 'result')
      .length,
    0,
  )
})

test('kept runs keep their results: so many of each recipe, by id, of so many days', async () => {
  const { gc, run, write, path, trimtab } = await branches
  rmSync(path)
  write('recipe.yml', recipe('', 7))
  await run()
  rmSync(path)
  const left = async (...args: string[]) => {
    const { goes, stays } = reportOf((await gc('--json', '--refs', 'none', ...args)).stdout)
    return [countOf(goes, 'run'), countOf(stays, 'run'), countOf(goes, 'result') > 0]
  }
  assert.equal(await left(), [3, 0, true])
  assert.equal(await left('--keep-runs', '1'), [2, 1, true])
  assert.equal(await left('--keep-runs', 'all'), [0, 3, false])
  assert.equal(await left('--keep-days', '1'), [0, 3, false])
  const runs = JSON.parse((await trimtab('runs', '--json')).stdout) as { id: string }[]
  assert.equal(await left('--keep-runs', `${runs[2]!.id},${runs[1]!.id}`), [1, 2, true])
  const wrong = await gc('--keep-runs', '20200101-000000-aaaa', '--delete')
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, /there is no run "20200101-000000-aaaa" \[run-unknown\]/)
})
