import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { emptyFolder, trimtab, type Ran } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('examples')
const digits = join(packageFolder(), '../shared/data/mnist')

/** A copy of an example in a project of its own, so that nothing made before is reused. */
const copyOf = (name: string): string => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  cpSync(join(packageFolder(), 'examples', name), folder, { recursive: true })
  return folder
}

const recordOf = async (folder: string): Promise<RunRecord> =>
  JSON.parse((await trimtab(folder, ['show', '--json'])).stdout) as RunRecord

const notFailed = (ran: Ran, record: RunRecord): void => {
  for (const each of record.instances) assert.is(each.status, 'finished', `${each.instance}: ${ran.stderr}`)
}

test('starter: runs from text to passed', async () => {
  const folder = copyOf('starter')
  const ran = await trimtab(folder, ['run'])
  assert.is(ran.code, 0, ran.stderr)
  notFailed(ran, await recordOf(folder))
})

test('seed-cnn: every step runs, in a short form', async () => {
  const folder = copyOf('seed-cnn')
  const ran = await trimtab(folder, ['run', '--set', 'epochs=1', '--set', 'examples=1500'])
  const record = await recordOf(folder)
  notFailed(ran, record)
  const of = (name: string): Readonly<Record<string, { exact: number }>> =>
    record.instances.find(each => each.instance === name)!.output!.outputs['model']!.meta[
      'description'
    ] as Readonly<Record<string, { exact: number }>>
  assert.is(of('base')['parameters']!.exact, 121_930)
  assert.is(of('pruned')['parameters']!.exact, 56_714)
  assert.ok(of('int8')['bytes']!.exact * 7 < of('base')['bytes']!.exact)
  assert.is(record.verdicts.length, 6)
})

test('fallback: each repair runs only where the one before was not enough', async () => {
  const folder = copyOf('fallback')
  const after = async (...args: string[]): Promise<{ ran: Ran; record: RunRecord; best: unknown }> => {
    const ran = await trimtab(folder, ['run', ...args])
    const record = await recordOf(folder)
    const best = record.instances.find(each => each.instance === 'best')?.output?.record?.['chosen']
    return { ran, record, best }
  }
  const states = (record: RunRecord): Record<string, boolean> =>
    Object.fromEntries(record.instances.map(({ instance, status }) => [instance, status !== 'skipped']))
  const generous = await after('--set', 'budget=0.9', '--set', 'epochs=1')
  assert.is(generous.best, 'ptq', generous.ran.stderr)
  assert.equal([states(generous.record)['ptq'], states(generous.record)['qat']], [true, false])
  // No model is right more than always: the whole chain runs, and ends at the float model.
  const impossible = await after('--set', 'budget=-1', '--set', 'epochs=1')
  assert.is(impossible.best, 'base')
  assert.is(impossible.ran.code, 1)
  assert.equal(
    ['qat', 'kept[layer=stem]', 'kept[layer=body]', 'mixed'].map(id => states(impossible.record)[id]),
    [true, true, true, true],
  )
  assert.match(impossible.ran.stderr + impossible.ran.stdout, /best is base: no candidate will do: ptq: /)
  assert.is(impossible.record.instances.find(each => each.instance === 'base')?.status, 'reused')
})

test(
  existsSync(digits)
    ? 'mnist: every step runs on the real digits'
    : 'mnist: the real digits are not here, so it is only refused',
  async () => {
    const folder = copyOf('mnist')
    if (!existsSync(digits)) {
      const ran = await trimtab(folder, ['run'])
      assert.is(ran.code, 2)
      assert.match(ran.stderr, /file-missing/)
      return
    }
    const ran = await trimtab(folder, [
      'run',
      '--set',
      'epochs=1',
      '--set',
      `data=${digits}`,
      '--only',
      'scores',
    ])
    const record = await recordOf(folder)
    notFailed(ran, record)
    const base = record.instances.find(each => each.instance === 'scores[base]')!.output!.metrics!
    assert.ok(base['test']!['accuracy']! > 0.85, JSON.stringify(base['test']))
  },
)

test('plugin: a kind from a file beside the recipe runs, is listed, and is part of the key', async () => {
  const folder = copyOf('plugin')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(packageFolder(), join(folder, 'node_modules/trimtab'))
  if (existsSync(digits)) {
    const idx = (name: string): string =>
      `{idx: {images: ${digits}/${name}-images-idx3-ubyte.gz, labels: ${digits}/${name}-labels-idx1-ubyte.gz}}`
    writeFileSync(
      join(folder, 'real.yml'),
      `extends: recipe.yml
allowPaths: [${digits}]
steps: {digits: {source: ${idx('train')}, test: ${idx('t10k')}, split: {train: 0.1, validation: 0.01}}}
`,
    )
  }
  const recipe = existsSync(digits) ? 'real.yml' : 'recipe.yml'
  const ran = await trimtab(folder, ['run', recipe, '--set', 'epochs=1'])
  const record = await recordOf(folder)
  notFailed(ran, record)
  const accuracy = (name: string): number =>
    record.instances.find(each => each.instance === `scores[${name}]`)!.output!.metrics!['test']!['accuracy']!
  assert.ok(accuracy('base') > 0.5, JSON.stringify(accuracy('base')))
  assert.ok(accuracy('disturbed[share=0.1]') < accuracy('base'))

  const listed = await trimtab(folder, ['kinds'])
  assert.match(listed.stdout, /^disturb .*Gaussian/m)
  assert.match((await trimtab(folder, ['kinds', 'disturb'])).stdout, /share +number ≥ 0 +required/)
  const schema = JSON.parse((await trimtab(folder, ['schema'])).stdout) as { definitions: object }
  assert.ok('disturb' in schema.definitions)
  const written = await trimtab(folder, ['schema', 'disturb', '--output', 'made/disturb.json'])
  assert.is(written.code, 0, written.stderr)
  assert.ok(existsSync(join(folder, 'made/disturb.json')))

  const again = async (): Promise<string> =>
    (await trimtab(folder, ['run', recipe, '--set', 'epochs=1'])).stderr
  writeFileSync(join(folder, 'unrelated.js'), '// nothing')
  assert.match(await again(), / 0 ran · 9 reused/)
  cpSync(join(folder, 'disturb.js'), join(folder, 'before.js'))
  writeFileSync(join(folder, 'disturb.js'), `export * from './before.js'\n`)
  assert.match(await again(), / [3-6] ran · /)
})
