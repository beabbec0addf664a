import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machineClass } from '../../src/plan/machine.js'
import { trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { project, recipe } from './lock-rig.js'

const test = suite('what a run leaves of a lock file')

test('a path from outside changes nothing where the bytes are the same', async () => {
  const { run, text, write, folder } = project()
  mkdirSync(join(folder, 'data'))
  await run()
  const before = text()
  write('data/other.csv', readFileSync(join(folder, 'table.csv'), 'utf8'))
  assert.is((await run('--set', 'table=data/other.csv')).code, 0)
  assert.is(text(), before)
  assert.is((await run('--set', 'table=data/other.csv', '--frozen')).code, 0)
  // But the recipe's own path is a fact of the recipe.
  write('recipe.yml', recipe().replace('default: table.csv', 'default: data/other.csv'))
  const moved = await run()
  assert.match(moved.stderr, /1 step changed/)
  assert.match(text(), / data\/other\.csv: \{digest/)
})

test('a failed gate does not keep what was measured out of it; a failed step does', async () => {
  const failing = project(recipe('gates: {no: {check: base.accuracy > 2}}'))
  const ran = await failing.run()
  assert.is(ran.code, 1)
  assert.ok(failing.has())
  const broken = project(
    recipe().replace('kind: train\n    data: table', 'kind: train\n    timeout: 1ms\n    data: table'),
  )
  const failed = await broken.run()
  assert.is(failed.code, 3, failed.stderr)
  assert.not(broken.has())
})

test('a folder that takes no writes is a warning, each time; nothing else is lost', async () => {
  const { run, folder, has } = project()
  await run('--only', 'table')
  chmodSync(folder, 0o555)
  try {
    if (process.getuid?.() !== 0) {
      const ran = await run()
      assert.is(ran.code, 0, ran.stderr)
      assert.match(ran.stderr, /warning recipe\.lock\.yml was not written: .*\[lock-not-written\]/)
      assert.match((await run()).stderr, /lock-not-written/)
    }
  } finally {
    chmodSync(folder, 0o755)
  }
  await run()
  assert.ok(has())
})

test('a recipe of a package gets none', async () => {
  const { folder, write } = project()
  mkdirSync(join(folder, 'node_modules/some'), { recursive: true })
  write('node_modules/some/recipe.yml', recipe())
  write('node_modules/some/table.csv', readFileSync(join(folder, 'table.csv'), 'utf8'))
  assert.is((await trimtab(folder, ['run', 'node_modules/some/recipe.yml'])).code, 0)
  assert.throws(() => statSync(join(folder, 'node_modules/some/recipe.lock.yml')))
})

test('the lock of another recipe, of a newer Trimtab, or a broken one is never overwritten', async () => {
  const { run, text, write, path } = project()
  await run()
  const good = text()
  for (const [code, bad] of [
    ['lock-newer', good.replace('lock: 1', 'lock: 2')],
    ['lock-syntax', good.replace('steps:', 'steps: [')],
    ['lock-form', good.replace('kind: train', 'kind: [1]')],
  ] as const) {
    writeFileSync(path, bad)
    const ran = await run()
    assert.is(ran.code, 2, code)
    assert.match(ran.stderr, new RegExp(`recipe\\.lock\\.yml:\\d+:\\d+ error .*\\[${code}\\]`))
    assert.is(text(), bad)
  }
  writeFileSync(path, good)
  write('recipe.yaml', recipe())
  const other = await run('recipe.yaml')
  assert.is(other.code, 2)
  assert.match(other.stderr, /is the lock of recipe\.yml, and not of recipe\.yaml \[lock-of-another\]/)
})

test('times of a benchmark stand by class of machine, and stay as they are while the key does', async () => {
  const speed = '  speed: {kind: benchmark, models: [half], reference: base, rounds: 6, warmUp: 1}\n'
  const { run, lock, text, path, write } = project(recipe(speed))
  await run()
  const machine = machineClass()
  const { measured, steps } = lock()
  assert.equal(Object.keys(measured), [`speed on ${machine}`])
  assert.not('speed' in steps)
  assert.ok(measured[`speed on ${machine}`]!.latency!['half']!.p50 > 0)
  const before = text()
  rmSync(join(path, '../.trimtab'), { recursive: true })
  await run()
  assert.is(text(), before, 'timed anew, and the file is as it was')
  // What CI measured, with a key of its own.
  writeFileSync(path, before.replaceAll(machine, 'CI × 64, linux-x64'))
  const two = await run()
  assert.match(
    two.stderr,
    /recipe\.lock\.yml: 1 step added, 1 step removed/,
    'its key is not one of that machine',
  )
  write('recipe.yml', recipe(speed.replace('rounds: 6', 'rounds: 7')))
  assert.match((await run()).stderr, /recipe\.lock\.yml: 1 step changed/)
})
