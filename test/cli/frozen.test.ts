import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../suite.js'
import { project, recipe, rows } from './lock-rig.js'

const test = suite('run --frozen')

test('passes where the lock holds what is made, with an empty store and with a full one, and writes nothing', async () => {
  const { run, text, folder } = project()
  await run()
  const before = text()
  rmSync(join(folder, '.trimtab'), { recursive: true })
  const fresh = await run('--frozen')
  assert.is(fresh.code, 0, fresh.stderr)
  assert.match(fresh.stderr, /5 ran/)
  const again = await run('--frozen')
  assert.is(again.code, 0)
  assert.match(again.stderr, /0 ran · 5 reused/)
  assert.is(text(), before)
})

test('without a lock it fails before anything runs', async () => {
  const { run, has, trimtab } = project()
  const ran = await run('--frozen')
  assert.is(ran.code, 2)
  assert.match(ran.stderr, /there is no recipe\.lock\.yml beside the recipe \[lock-missing\]/)
  assert.not(has())
  assert.match((await trimtab('runs')).stdout, /No runs yet/)
})

test('what the plan shows already fails before anything runs, at the step that changed and at no other', async () => {
  const { run, write, folder, trimtab } = project()
  await run()
  const changes: readonly (readonly [string, string, RegExp])[] = [
    ['recipe.yml', recipe().replace('epochs: 1', 'epochs: 2'), /"base" differs: config\.epochs was 1, is 2/],
    [
      'recipe.yml',
      recipe().replace('sparsity: 0.5', 'sparsity: 0.25'),
      /"half" differs: config\.sparsity was 0\.5, is 0\.25/,
    ],
    [
      'recipe.yml',
      recipe('  more: {kind: prune, model: half, sparsity: 0.9, granularity: weight}\n'),
      /"more" is not in the lock file/,
    ],
    [
      'recipe.yml',
      recipe().replace('models: [base, half]', 'models: [base]'),
      /"scores\[half\]" is in the lock file, and no longer in the recipe/,
    ],
    ['table.csv', `${rows}\n1,1,0\n`, /"table" differs: file table\.csv has other content/],
  ]
  for (const [file, text, told] of changes) {
    write('recipe.yml', recipe())
    write('table.csv', `${rows}\n`)
    write(file, text)
    const ran = await run('--frozen')
    assert.is(ran.code, 2, ran.stderr)
    assert.match(ran.stderr, told)
    assert.match(ran.stderr, /\[lock-would-change\]/)
    assert.match(ran.stderr, /1 error$/m)
  }
  assert.is((JSON.parse((await trimtab('runs', '--json')).stdout) as unknown[]).length, 1)
  // Where nothing is left to compare with, the facts of the lock tell what they can.
  rmSync(join(folder, '.trimtab'), { recursive: true })
  const bare = await run('--frozen')
  assert.match(bare.stderr, /"table" differs: table\.csv: not the bytes that the lock names/)
  write('table.csv', `${rows}\n`)
  write('recipe.yml', recipe('', 4))
  assert.match((await run('--frozen')).stderr, /"base" differs: seed was \d+, is \d+/)
  write('recipe.yml', recipe().replace('epochs: 1', 'epochs: 2'))
  assert.match((await run('--frozen')).stderr, /"base" differs: its config, its inputs or what its kind does/)
})

test('what comes out otherwise than the lock holds fails after the run', async () => {
  const { run, text, path, folder } = project()
  await run()
  const good = text()
  // Whoever wrote this lock got other bits from the last step.
  const scores = good.slice(good.indexOf('  "scores[half]":'))
  const bad = good.replace(
    scores,
    scores
      .replace(/accuracy: [\d.]+/, 'accuracy: 0.123')
      .replace(/digest: sha256:[0-9a-f]{4}/, 'digest: sha256:0000'),
  )
  writeFileSync(path, bad)
  const full = await run('--frozen')
  assert.is(full.code, 2)
  assert.match(
    full.stderr,
    /"scores\[half\]" differs: output metrics has other bytes; test\.accuracy was 0\.123, is /,
  )
  assert.match(full.stderr, /passed · 0 ran · 5 reused/)
  rmSync(join(folder, '.trimtab'), { recursive: true })
  const fresh = await run('--frozen')
  assert.is(fresh.code, 2)
  assert.match(fresh.stderr, /5 ran/)
  assert.is(text(), bad)
  // A run that is not frozen settles it.
  assert.match((await run()).stderr, /recipe\.lock\.yml: 1 step changed/)
  assert.is(text(), good)
  assert.is((await run('--frozen')).code, 0)
})

test('a step that is skipped by what was measured is no change, and one that is not is', async () => {
  const steps = (floor: number): string =>
    recipe(
      `  again: {kind: prune, model: half, sparsity: 0.9, granularity: weight, when: half.accuracy > ${floor}}\n`,
    )
  const { run, write, folder, lock } = project(steps(2))
  const first = await run()
  assert.match(first.stderr, /1 skipped/)
  assert.not('again' in lock().steps)
  rmSync(join(folder, '.trimtab'), { recursive: true })
  assert.is((await run('--frozen')).code, 0)
  write('recipe.yml', steps(-1))
  const known = await run('--frozen')
  assert.is(known.code, 2)
  assert.match(known.stderr, /"again" is not in the lock file/)
  rmSync(join(folder, '.trimtab'), { recursive: true })
  const late = await run('--frozen')
  assert.is(late.code, 2)
  assert.match(late.stderr, /6 ran/)
  assert.match(late.stderr, /"again" is not in the lock file/)
  assert.match((await run()).stderr, /recipe\.lock\.yml: 1 step added/)
  write('recipe.yml', steps(2))
  assert.match((await run('--frozen')).stderr, /"again" is skipped now: .* is false/)
})

test('it is about the recipe itself, and a lock that is settled', async () => {
  const { run, text, path } = project()
  await run()
  for (const args of [
    ['--set', 'epochs=2'],
    ['--only', 'base'],
    ['--sweep', 'epochs=1,2'],
    ['--engine', 'cpu'],
  ]) {
    const ran = await run('--frozen', ...args)
    assert.is(ran.code, 2, args.join(' '))
    assert.match(ran.stderr, /\[frozen-not-own\]/)
  }
  const marked = text().replace(
    /(    key: .*\n)/,
    '<<<<<<< ours\n$1=======\n    key: sha256:' + '0'.repeat(64) + '\n>>>>>>> theirs\n',
  )
  writeFileSync(path, marked)
  const unsettled = await run('--frozen')
  assert.is(unsettled.code, 2)
  assert.match(unsettled.stderr, /\[lock-unsettled\]/)
  assert.is(text(), marked)
})
