import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { shippedNames } from '../../src/language/shipped.js'
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

const shipped = [
  'magnitude',
  'gradual',
  'slim',
  'int8',
  'weight-only',
  'distill',
  'deep-compression',
  'compare-all',
]

test('pipelines: each recipe that ships has an example, and all of them can be planned', async () => {
  assert.equal(shippedNames().toSorted(), shipped.toSorted())
  const folder = copyOf('pipelines')
  const planned = await Promise.all(
    [...shipped, 'matrix'].map(async name => ({
      name,
      ran: await trimtab(folder, ['plan', `${name}/recipe.yml`, '--json']),
    })),
  )
  for (const { name, ran } of planned) assert.is(ran.code, 0, `${name}: ${ran.stdout}${ran.stderr}`)
})

test('pipelines: three of the examples run whole, in a short form', async () => {
  const folder = copyOf('pipelines')
  const reduced = ['--set', 'digits=400', '--set', 'modelEpochs=2']
  const run = async (name: string, ...more: string[]): Promise<RunRecord> => {
    const ran = await trimtab(folder, ['run', `${name}/recipe.yml`, ...reduced, ...more])
    assert.ok([0, 1, 4].includes(ran.code!), ran.stderr)
    const record = await recordOf(folder)
    for (const each of record.instances)
      assert.ok(
        each.status === 'finished' || each.status === 'reused' || /aware/.test(each.instance),
        `${name}: ${each.instance} ${each.status}: ${ran.stderr}`,
      )
    return record
  }
  const metricsOf = (record: RunRecord, name: string) =>
    record.instances.find(each => each.instance === name)!.output!.metrics!
  const verdictsOf = ({ verdicts }: RunRecord) => verdicts.map(({ gate }) => gate)

  const gradual = await run('gradual', '--set', 'epochs=1')
  // 0.85 · (1 − (1 − t/4)³) of the 12,752 weights in kernels, each kernel by itself, of 12,810 parameters.
  for (const [round, share] of [37 / 64, 56 / 64, 63 / 64, 1].entries()) {
    const { sparsity } = metricsOf(gradual, `scores[tuned${round + 1}]`)['model']!
    assert.ok(Math.abs(sparsity! - (0.85 * share * 12_752) / 12_810) < 2e-4, `${round}: ${sparsity}`)
  }

  const int8 = await run('int8')
  assert.equal(verdictsOf(int8), ['kept-accuracy', 'smaller', 'not-worse'])
  const { bytes } = metricsOf(int8, 'scores[static]')['model']!
  // One byte a weight; for each of the 58 output channels a bias of 4 bytes, and a float64 scale for kernel and bias.
  assert.is(bytes, 12_752 + 58 * (4 + 8 + 8))

  const matrix = await run('matrix', '--set', 'accuracyLoss=1')
  assert.equal(
    verdictsOf(matrix).filter(gate => gate.includes('each-runs')),
    [0.5, 0.7, 0.85].map(sparsity => `each-runs[sparsity=${sparsity}]`),
  )
  const best = matrix.instances.find(each => each.instance === 'best')!.output!.record!
  assert.is(best['chosen'], 'int8/int8[sparsity=0.85]')
})

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
