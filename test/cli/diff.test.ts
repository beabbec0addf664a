import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunDifference } from '../../src/judge/run-difference.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'
import { projectOf, recordOf, run, small } from './reproduce-rig.js'

const test = suite('diff')

const gate = `gates:
  good: {check: base.accuracy > 0.7, severity: warn}
`

/** Two runs of one recipe, the second with more epochs and another step. */
const twoRuns = async (folder: string): Promise<readonly [RunRecord, RunRecord]> => {
  projectOf({ 'recipe.yml': `${small()}\n${gate}` }, folder)
  const first = await run(folder)
  copyFileSync(join(folder, 'recipe.lock.yml'), join(folder, 'first.lock.yml'))
  projectOf(
    { 'recipe.yml': `${small('  small: {kind: quantize, model: base, weights: int16}')}\n${gate}` },
    folder,
  )
  return [first, await run(folder, '--set', 'epochs=5')]
}

const differenceOf = async (folder: string, ...args: readonly string[]): Promise<RunDifference> => {
  const { stdout, stderr } = await trimtab(folder, ['diff', ...args, '--json'])
  assert.ok(stdout !== '', stderr)
  return JSON.parse(stdout) as RunDifference
}

/** The bits of which examples a run answered rightly, from its store. */
const answers = (folder: string, record: RunRecord, instance: string): boolean[] => {
  const { objects, meta } = record.instances.find(each => each.instance === instance)!.output!.outputs[
    'metrics'
  ]!
  const { digest } = objects['correct-test']!
  const bytes = readFileSync(join(folder, '.trimtab/objects', digest.slice(7, 9), digest.slice(9)))
  const count = (meta['examples'] as { test: number }).test
  return Array.from({ length: count }, (_, i) => ((bytes[i >> 3]! >> (i & 7)) & 1) === 1)
}

test('two runs: params, keys, metrics with their direction, sizes, classes, and the examples that flipped', async () => {
  const folder = emptyFolder()
  const [first, second] = await twoRuns(folder)
  const found = await differenceOf(folder)
  assert.equal([found.a.name, found.b.name], [first.id, second.id])
  assert.is(found.differs, true)
  assert.equal(found.params, [{ name: 'epochs', was: 1, is: 5 }])
  assert.equal(found.recipe, ['recipe.yml'])
  assert.equal(found.steps.onlyB, ['small'])
  assert.equal(found.steps.onlyA, [])
  assert.is(found.steps.equal, 1)
  const base = found.steps.changed.find(({ instance }) => instance === 'base')!
  assert.equal([base.otherKey, base.otherOutputs, base.why], [true, true, ['config.epochs was 1, is 5']])
  const int8 = found.steps.changed.find(({ instance }) => instance === 'int8')!
  assert.equal(int8.why, ['takes from base, which is another'])

  const metric = (record: RunRecord, name: string): number =>
    record.instances.find(({ instance }) => instance === 'scores[base]')!.output!.metrics!['test']![name]!
  for (const [name, better] of [
    ['accuracy', (was: number, is: number) => is > was],
    ['loss', (was: number, is: number) => is < was],
  ] as const) {
    const change = found.metrics.find(
      each => each.of === 'base' && each.split === 'test' && each.metric === name,
    )!
    const [was, is] = [metric(first, name), metric(second, name)]
    assert.equal([change.was, change.is, change.change, change.better], [was, is, is - was, better(was, is)])
  }
  const zeros = found.sizes.find(each => each.of === 'int8' && each.metric === 'sparsity')!
  assert.is(zeros.better, zeros.is! > zeros.was!)

  // Counted anew from the bits themselves.
  const [before, now] = [answers(folder, first, 'scores[base]'), answers(folder, second, 'scores[base]')]
  const flips = found.flipped.find(each => each.of === 'base' && each.split === 'test')!
  const indices = (examples: typeof flips.newlyRight): number[] => examples.map(({ index }) => index)
  assert.equal(
    indices(flips.newlyRight),
    now.flatMap((right, at) => (right && !before[at] ? [at] : [])),
  )
  assert.equal(
    indices(flips.newlyWrong),
    now.flatMap((right, at) => (!right && before[at] ? [at] : [])),
  )
  assert.is(flips.examples, before.length)
  assert.ok(flips.newlyRight.length > 0)
  assert.ok(flips.newlyRight.every(({ label }) => /^\d$/.test(label ?? '')))
  // Each class's recall moves by its own flips.
  for (const { of, split, name, support, figures } of found.classes) {
    if (of !== 'base' || split !== 'test') continue
    const recall = figures.find(each => each.metric === 'recall')
    const count = (all: typeof flips.newlyRight): number => all.filter(({ label }) => label === name).length
    const net = count(flips.newlyRight) - count(flips.newlyWrong)
    assert.ok(
      Math.abs((recall?.change ?? 0) * support - net) < 1e-9,
      `${name}: ${recall?.change} of ${support}`,
    )
  }
  const verdict = found.verdicts.find(each => each.gate === 'good')
  const statuses = [first, second].map(({ verdicts }) => verdicts[0]!.status)
  assert.equal(
    verdict ? [verdict.was, verdict.is] : undefined,
    statuses[0] === statuses[1] ? undefined : statuses,
  )

  const text = await trimtab(folder, ['diff', 'latest~1', second.id, '--examples', '2'])
  assert.is(text.code, 0, text.stderr)
  assert.match(text.stdout, /^epochs +1 +5$/m)
  assert.match(text.stdout, /^base +test\.accuracy +\S+ +\S+ +\S+ +\S+ % +(better|worse)$/m)
  assert.match(text.stdout, /newly right +\d+ of 40 +\d+ \(\d\), \d+ \(\d\) and \d+ more/)
  const markdown = await trimtab(folder, ['diff', '--markdown'])
  assert.match(markdown.stdout, /^\| base \| test\.accuracy \| /m)
  assert.match(markdown.stdout, /<details>\n<summary>classes<\/summary>/)
  assert.is((await trimtab(folder, ['diff', '--exit-code'])).code, 1)
  const self = await trimtab(folder, ['diff', 'latest', 'latest', '--exit-code'])
  assert.is(self.code, 0)
  assert.match(self.stdout, /nothing that was made, measured or judged differs · 6 steps equal/)
})

test('locks: by path and as git has them, and beside a run', async () => {
  const folder = emptyFolder()
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      encoding: 'utf8',
    })
  git('init', '-q', '-b', 'main')
  writeFileSync(join(folder, 'recipe.yml'), small())
  await run(folder)
  writeFileSync(join(folder, '.gitignore'), '.trimtab\n')
  git('add', '.')
  git('commit', '-q', '-m', 'first')
  writeFileSync(join(folder, 'recipe.yml'), small().replace('params: {epochs: 1}', 'params: {epochs: 5}'))
  const second = await run(folder)
  const found = await differenceOf(folder, 'main:recipe.lock.yml', 'recipe.lock.yml')
  assert.equal([found.a.type, found.b.type], ['lock', 'lock'])
  const base = found.steps.changed.find(({ instance }) => instance === 'base')!
  assert.equal(base.why, ['config.epochs was 1, is 5'])
  assert.ok(found.metrics.some(each => each.of === 'base' && each.metric === 'accuracy'))
  assert.ok(found.flipped.length > 0)

  // The run that wrote a lock says the same as the lock.
  const own = await differenceOf(folder, 'recipe.lock.yml', second.id)
  assert.is(own.differs, false, JSON.stringify(own, undefined, 1))
  assert.equal([own.metrics, own.sizes, own.steps.changed], [[], [], []])

  // Without the store there is what the files say.
  const bare = emptyFolder()
  for (const name of ['recipe.lock.yml']) copyFileSync(join(folder, name), join(bare, name))
  writeFileSync(join(bare, 'old.lock.yml'), git('show', 'main:recipe.lock.yml'))
  const poor = await differenceOf(bare, 'old.lock.yml', 'recipe.lock.yml')
  assert.equal(poor.metrics, found.metrics)
  assert.equal(poor.sizes, found.sizes)
  assert.equal(poor.flipped, [])
  assert.match(poor.notes.join('; '), /no longer has the answers/)
  assert.match(
    poor.steps.changed.find(({ instance }) => instance === 'base')!.why.join(),
    /the store no longer tells/,
  )

  const refused = async (args: readonly string[], code: string): Promise<void> => {
    const ran = await trimtab(folder, ['diff', ...args])
    assert.is(ran.code, 2, ran.stdout)
    assert.match(ran.stderr, new RegExp(`\\[${code}\\]`))
  }
  await refused(['main:none.lock.yml', 'latest'], 'lock-absent')
  await refused(['--', '--output=x:none.lock.yml', 'latest'], 'lock-absent')
  await refused(['none.lock.yml', 'latest'], 'lock-absent')
  await refused(['latest', 'latest~7'], 'run-missing')
  await refused([recordOf(folder).path, 'recipe.yml'], 'record-invalid')
})
