import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../suite.js'
import { project, recipe } from './lock-rig.js'

const test = suite('trimtab accept')

const gates = `gates:
  since-accepted: {accepted: {metric: half.accuracy, margin: 0.005}}
  size: {accepted: {metric: half.bytes, margin: 2%}, severity: warn}
`

test('accepts what the latest run measured, with who, when, why and where; a worse value needs a reason', async () => {
  const { run, trimtab, lock, text, write, commit, git } = project(recipe(gates))
  commit()
  const first = await run()
  assert.is(first.code, 4, first.stderr)
  assert.match(first.stderr, /\? inconclusive +since-accepted .*no baseline of it was accepted/)
  assert.match(first.stderr, /→ since-accepted: .*trimtab accept since-accepted/)
  const before = text()
  const dry = await trimtab('accept', '--dry-run')
  assert.match(dry.stdout, /since-accepted +half\.accuracy +[\d.]+ +first; higher is better/)
  assert.match(dry.stdout, /nothing was written/)
  assert.is(text(), before)

  const one = await trimtab('accept', 'half.accuracy', '--why', 'the first one')
  assert.is(one.code, 0, one.stderr)
  assert.equal(Object.keys(lock().accepted), ['half.accuracy'])
  const { value, split, by, at, why, run: id, commit: commitId, dirty } = lock().accepted['half.accuracy']!
  assert.is(value, lock().steps['scores[half]']!.metrics!['test']!['accuracy'])
  assert.equal([split, by, why, dirty], ['test', 'Ana <ana@example.org>', 'the first one', undefined])
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 600_000)
  assert.match(id, /^\d{8}-\d{6}-/)
  assert.is(commitId, git('rev-parse', 'HEAD').trim())
  assert.is((await trimtab('accept', 'half')).code, 0)
  assert.equal(Object.keys(lock().accepted), ['half.accuracy', 'half.bytes'])
  assert.not('split' in lock().accepted['half.bytes']!)
  assert.match((await trimtab('accept')).stdout, /^accepted already: half\.accuracy, half\.bytes$/m)

  const passed = await run()
  assert.is(passed.code, 0, passed.stderr)
  assert.match(passed.stderr, /✔ pass +size +half\.bytes ≤ accepted \+ 2 % +\d+, accepted \d+/)
  assert.equal(Object.keys(lock().accepted), ['half.accuracy', 'half.bytes'], 'a run keeps them')

  write('recipe.yml', recipe(gates).replace('units: 4', 'units: 8'))
  const stranger = await trimtab('accept')
  assert.is(stranger.code, 2)
  assert.match(stranger.stderr, /is not one of the recipe as it stands: "base" differs: config\.model/)
  assert.match(stranger.stderr, /\[accept-other-recipe\]/)
  const worse = await run()
  assert.match(worse.stderr, /! fail \(warn\) +size .*accepted \d+ \(\+\d+\)/)
  const refused = await trimtab('accept', 'size')
  assert.is(refused.code, 2)
  assert.match(refused.stderr, /half\.bytes would go from \d+ to \d+, which is worse \[accept-why\]/)
  const taken = await trimtab('accept', 'size', '--why', 'four more units')
  assert.match(taken.stdout, /\d+ → \d+ +\+\d+, worse/)
  assert.is(lock().accepted['half.bytes']!.why, 'four more units')
  assert.match((await run()).stderr, /✔ pass +size/)
})

test('says what is wrong with what it was asked', async () => {
  const { run, trimtab, write, text } = project(recipe(gates))
  assert.match((await trimtab('accept')).stderr, /has not run yet.*\[accept-no-run\]/)
  await run()
  const before = text()
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['haf'], /is called "haf".*\[accept-unknown\]\n +→ Did you mean "half"\?/],
    [['base.accuracy'], /\[accept-unknown\]/],
    [['--run', 'zzz'], /there is no run "zzz" \[accept-no-run\]/],
    [['--recipe', 'none.yml'], /\[recipe-missing\]/],
  ]
  for (const [args, told] of cases) {
    const ran = await trimtab('accept', ...args)
    assert.is(ran.code, 2, args.join(' '))
    assert.match(ran.stderr, told)
  }
  assert.is(text(), before)
  write('recipe.yml', recipe())
  assert.match((await trimtab('accept')).stderr, /\[accept-no-gate\]/)
  write(
    'recipe.yml',
    recipe('gates: {f: {accepted: {metric: half.f1}}, m: {accepted: {metric: base.agreement}}}'),
  )
  const unmeasured = await trimtab('accept')
  assert.is(unmeasured.code, 2)
  assert.match(
    unmeasured.stderr,
    /recipe\.yml:\d+:\d+ error gate "m": base\.agreement has no value.*\[accept-unmeasured\]/,
  )
})

test('one baseline for each instance of a matrix', async () => {
  const text = recipe('gates: {size: {each: half, accepted: {metric: half.bytes}}}').replace(
    'sparsity: 0.5, granularity: weight',
    'matrix: {by: [0.5, 0.9]}, sparsity: "${{ matrix.by }}", granularity: weight',
  )
  const { run, trimtab, lock } = project(text)
  await run()
  const ran = await trimtab('accept', '--json')
  assert.is(ran.code, 0, ran.stderr)
  assert.equal(Object.keys(lock().accepted), ['half[by=0.5].bytes', 'half[by=0.9].bytes'])
  const { changes } = JSON.parse(ran.stdout) as { changes: { gate: string; metric: string }[] }
  assert.equal(
    changes.map(({ gate, metric }) => [gate, metric]),
    [
      ['size[by=0.5]', 'half[by=0.5].bytes'],
      ['size[by=0.9]', 'half[by=0.9].bytes'],
    ],
  )
  assert.is((await run()).code, 0)
})

test('two branches: independent work merges, one step changed on both resolves by running again', async () => {
  const { run, trimtab, lock, text, write, commit, git, path, folder } = project(recipe(gates))
  await run()
  commit('base')
  git('checkout', '-q', '-b', 'other')
  write('recipe.yml', recipe(gates).replace('sparsity: 0.5', 'sparsity: 0.75'))
  await run()
  commit('half')
  git('checkout', '-q', 'main')
  await trimtab('accept', 'size')
  commit('accepted')
  git('merge', '-q', '--no-edit', 'other')
  assert.is((await run('--frozen', '--keep-going')).code, 4, 'the other gate has no baseline')
  assert.equal(Object.keys(lock().accepted), ['half.bytes'])

  git('checkout', '-q', '-b', 'one')
  write('recipe.yml', recipe(gates).replace('sparsity: 0.5', 'sparsity: 0.25'))
  await run()
  commit('a quarter')
  git('checkout', '-q', '-b', 'two', 'main')
  write('recipe.yml', recipe(gates).replace('sparsity: 0.5', 'sparsity: 0.9'))
  await run()
  await trimtab('accept', 'since-accepted')
  commit('nine tenths')
  assert.throws(() => git('merge', '-q', '--no-edit', 'one'))
  assert.match(text(), /^<<<<<<< /m)
  write('recipe.yml', recipe(gates).replace('sparsity: 0.5', 'sparsity: 0.25'))
  const settled = await run()
  assert.match(settled.stderr, /^recipe\.lock\.yml: /m)
  assert.not.match(text(), /^<<<<<<< /m)
  assert.equal(Object.keys(lock().accepted), ['half.accuracy', 'half.bytes'])
  assert.ok([0, 1].includes((await run('--frozen')).code!))

  // Two people's values of one metric are for people to settle.
  const conflict = text().replace(
    /( {2}half\.bytes:\n {4}value: )(\d+)/,
    '<<<<<<< ours\n$1$2\n=======\n$15\n>>>>>>> theirs',
  )
  writeFileSync(path, conflict)
  rmSync(join(folder, '.trimtab/unchanged'), { recursive: true, force: true })
  const stuck = await run()
  assert.is(stuck.code, 2)
  assert.match(stuck.stderr, /two branches accepted different values of half\.bytes: .*\[lock-conflict\]/)
  assert.is(text(), conflict)
})
