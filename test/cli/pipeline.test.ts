import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstanceRecord, RunRecord } from '../../src/store/run-record.js'
import { emptyFolder, trimtab, type Ran } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('runs of pipelines')

const inner = `trimtab: 1
inputs: {data: dataset, model: model}
params: {sparsity: {type: number, default: 0.5, minimum: 0, maximum: 0.9}, least: 0.25}
steps:
  pruned: {kind: prune, model: model, sparsity: "\${{ params.sparsity }}"}
  tuned: {kind: finetune, model: pruned, data: data, epochs: 1}
  scores: {kind: evaluate, models: [model, tuned], data: data, reference: model}
outputs: {model: tuned, pruned: pruned}
gates:
  sparse: {check: tuned.sparsity >= params.least}
`
const start = `trimtab: 1
seed: 3
steps:
  digits: {kind: dataset, source: {digits: {examples: 300}}, split: {train: 0.6, validation: 0.2, test: 0.2}, normalize: {divide: 255}}
  base: {kind: train, data: digits, model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}, epochs: 2}
`

const folder = emptyFolder()
mkdirSync(join(folder, '.git'))
mkdirSync(join(folder, 'parts'))
writeFileSync(join(folder, 'parts/inner.yml'), inner)

const run = async (text: string, ...args: string[]): Promise<Ran & { readonly record: RunRecord }> => {
  writeFileSync(join(folder, 'recipe.yml'), text)
  const ran = await trimtab(folder, ['run', ...args])
  const shown = await trimtab(folder, ['show', '--json'])
  return { ...ran, record: JSON.parse(shown.stdout) as RunRecord }
}
const find = ({ instances }: RunRecord, id: string): InstanceRecord => {
  const found = instances.find(({ instance }) => instance === id)
  if (!found) throw new Error(`no ${id} among ${instances.map(({ instance }) => instance).join(', ')}`)
  return found
}
const digestOf = (record: RunRecord, id: string): string => find(record, id).output!.outputs['model']!.digest

test('a whole run: the work of two pipelines that is equal is done once, and their gates are judged', async () => {
  const one =
    await run(`${start}  small: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: base}}
`)
  assert.is(one.code, 0, one.stderr)
  assert.equal(
    one.record.verdicts.map(({ gate, status, at }) => [
      gate,
      status,
      at!.file.endsWith('parts/inner.yml'),
      at!.line,
    ]),
    [['small/sparse', 'pass', true, 10]],
  )
  // 7,840 weights of 7,850 parameters, half of them gone.
  assert.equal(one.record.verdicts[0]!.found, '0.49936 >= 0.25')

  const two =
    await run(`${start}  other: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: base}, params: {least: 0.75}}
  small: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: base}}
  best: {kind: select, from: [small, other], maximize: it.accuracy}
gates:
  outputs: {check: small.pruned.sparsity == small.sparsity && best.sparsity == small.sparsity}
`)
  assert.is(two.code, 1, two.stderr)
  assert.equal(
    two.record.verdicts.map(({ gate, status }) => `${gate} ${status}`),
    ['other/sparse fail', 'small/sparse pass', 'outputs pass'],
  )
  // Nothing that was there before changed a bit; what draws from a seed of its own was made anew.
  for (const id of [
    'base',
    'small/pruned',
    'small/tuned',
    'small/scores[base]',
    'other/pruned',
    'other/scores[base]',
  ])
    assert.is(find(two.record, id).status, 'reused', id)
  assert.is(digestOf(two.record, 'small/tuned'), digestOf(one.record, 'small/tuned'))
  assert.is(digestOf(two.record, 'other/pruned'), digestOf(one.record, 'small/pruned'))
  assert.is(find(two.record, 'other/tuned').status, 'finished')
  assert.is.not(digestOf(two.record, 'other/tuned'), digestOf(one.record, 'small/tuned'))

  const same =
    await run(`${start}  small: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: base}, seed: 11}
  twin: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: base}, seed: 11}
`)
  // A seed of the pipeline's own still derives by the names of steps.
  assert.is.not(digestOf(same.record, 'small/tuned'), digestOf(same.record, 'twin/tuned'))
})

test('--only a pipeline runs what is inside of it, and skips the gates of the others', async () => {
  const text = `${start}  small: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: base}}
  other: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: small}, params: {sparsity: 0.8}}
`
  const { code, record, stderr } = await run(text, '--only', 'small')
  assert.is(code, 0, stderr)
  assert.equal(
    record.instances.map(({ instance }) => instance),
    ['digits', 'base', 'small/pruned', 'small/tuned', 'small/scores[base]', 'small/scores[small/tuned]'],
  )
  assert.equal(
    record.verdicts.map(({ gate, status }) => `${gate} ${status}`),
    ['small/sparse pass', 'other/sparse skipped'],
  )
})

test('a pipeline whose `when` is false is left out, with what hangs on it; a select goes on without it', async () => {
  const { code, record, stderr } = await run(`${start}  scores: {kind: evaluate, models: [base], data: digits}
  never: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: base}, when: base.accuracy > 2}
  small: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: base}, when: base.accuracy >= 0}
  best: {kind: select, from: [never, small]}
`)
  assert.ok([0, 4].includes(code!), stderr)
  for (const id of ['never/pruned', 'never/tuned', 'never/scores[base]'])
    assert.is(find(record, id).status, 'skipped', id)
  assert.is(find(record, 'best').output!.record!['chosen'], 'small/tuned')
  assert.is(record.verdicts.find(({ gate }) => gate === 'small/sparse')!.status, 'pass')
})

test('a matrix on a pipeline: one of it a value, told apart in table and verdicts', async () => {
  const { code, record, stderr } = await run(`${start}  small:
    kind: pipeline
    uses: parts/inner.yml
    matrix: {sparsity: [0.2, 0.6]}
    inputs: {data: digits, model: base}
    params: {sparsity: "\${{ matrix.sparsity }}", least: "\${{ matrix.sparsity - 0.01 }}"}
gates:
  each-one: {each: small, check: small.sparsity > 0.1}
  all: {check: "small.all(s, s.sparsity >= s.matrix.sparsity - 0.01)"}
`)
  assert.is(code, 0, stderr)
  assert.equal(record.verdicts.map(({ gate, found }) => [gate, found]).slice(0, 2), [
    ['small/sparse[sparsity=0.2]', '0.19975 >= 0.19'],
    ['small/sparse[sparsity=0.6]', '0.59924 >= 0.59'],
  ])
  assert.match(stderr, /small\/tuned\[sparsity=0\.6\]/)
})

test('a fault inside is shown with the frame of the inner file', async () => {
  writeFileSync(
    join(folder, 'parts/broken.yml'),
    inner.replace('sparsity: "${{ params.sparsity }}"', 'sparsity: 2'),
  )
  writeFileSync(
    join(folder, 'recipe.yml'),
    `${start}  small: {kind: pipeline, uses: parts/broken.yml, inputs: {data: digits, model: base}}\n`,
  )
  const { code, stderr } = await trimtab(folder, ['validate'])
  assert.is(code, 2)
  assert.match(stderr, /^parts\/broken\.yml:5:49 error /)
  assert.match(stderr, /5 \| {3}pruned: \{kind: prune, model: model, sparsity: 2\}\n +\| +\^/)
})

test('trimtab:NAME stands for a recipe that ships, on the command line too', async () => {
  const listed = await trimtab(folder, ['pipelines'])
  assert.is(listed.code, 0, listed.stderr)
  assert.match(listed.stdout, /^trimtab:int8 {2}takes data, model\n {4}Stores weights as int8/m)
  const one = await trimtab(folder, ['pipelines', 'distill'])
  assert.match(one.stdout, /INPUTS\n {2}data {2}dataset {2}required\n/)
  assert.match(one.stdout, /OUTPUTS\n {2}model \(smallest\)/)
  assert.match(one.stdout, /extends: trimtab:distill {2}# and steps data \(dataset\) and teacher \(model\)/)
  assert.is((await trimtab(folder, ['run', '--help', 'trimtab:distill'])).stdout, one.stdout)
  const validated = await trimtab(folder, ['validate', 'trimtab:compare-all'])
  assert.is(validated.code, 0, validated.stderr)
  const wrong = await trimtab(folder, ['validate', 'trimtab:int9'])
  assert.is(wrong.code, 2)
  assert.match(wrong.stderr, /no recipe "int9" comes with Trimtab.*\n.*Did you mean "trimtab:int8"\?/)
  assert.match((await trimtab(folder, ['pipelines', 'int9'])).stderr, /Did you mean "int8"\?/)
  const unbound = await trimtab(folder, ['run', 'trimtab:int8'])
  assert.is(unbound.code, 2)
  assert.match(unbound.stderr, /input "model", a model, is not given/)
})
