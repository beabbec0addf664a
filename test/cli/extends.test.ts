import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder, trimtab } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('recipes of several files, from the command line')

const method = `trimtab: 1
description: Makes a model smaller.
inputs: {data: dataset, teacher: {type: model, optional: true}}
params: {epochs: {type: integer, default: 1, minimum: 1}}
steps:
  base:
    kind: train
    data: data
    model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.01}}
    epochs: \${{ params.epochs }}
    batchSize: 32
  int8: {kind: quantize, model: base, weights: int8}
  scores: {kind: evaluate, models: [base, int8, teacher], data: data, reference: base}
outputs: {model: int8}
gates:
  smaller: {check: int8.bytes * 2 <= base.bytes}
`
const digits =
  'data: {kind: dataset, source: {digits: {examples: 200}}, split: {train: 0.6, validation: 0.2, test: 0.2}, normalize: {divide: 255}}'

const project = (files: Readonly<Record<string, string>>): string => {
  const folder = emptyFolder()
  mkdirSync(join(folder, '.git'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

interface Row {
  readonly instance: string
  readonly key?: string
}

test('a recipe with an input is validated, and runs once a recipe over it gives the input', async () => {
  const folder = project({
    'method.yml': method,
    'recipe.yml': `extends: method.yml\nsteps: {${digits}}\n`,
    'whole.yml': method
      .replace(/^inputs.*\n/m, '')
      .replace('steps:', `steps:\n  ${digits}`)
      .replace(', teacher]', ']'),
    'bigger.yml': 'extends: recipe.yml\nparams: {epochs: 3}\n',
  })
  const alone = await trimtab(folder, ['validate', 'method.yml'])
  assert.is(alone.code, 0, alone.stderr)
  assert.match(alone.stdout, /3 steps, 4 instances, 1 gate/)
  const refused = await trimtab(folder, ['run', 'method.yml'])
  assert.is(refused.code, 2)
  assert.match(
    refused.stderr,
    /^method\.yml:3:10 error input "data", a dataset, is not given \[input-unbound\]/,
  )
  assert.match(refused.stderr, /1 error/)

  const ran = await trimtab(folder, ['run'])
  assert.is(ran.code, 0, ran.stderr)
  assert.match(ran.stderr, /passed · 5 ran/)
  // Written as one file it is the same work.
  const again = await trimtab(folder, ['run', 'whole.yml'])
  assert.match(again.stderr, /passed · 0 ran · 5 reused/)
  const rows = async (recipe: string) =>
    (
      JSON.parse((await trimtab(folder, ['plan', recipe, '--json'])).stdout) as { instances: Row[] }
    ).instances.map(({ instance, key }) => [instance, key])
  assert.equal(await rows('recipe.yml'), await rows('whole.yml'))
  const changed = await rows('bigger.yml')
  assert.equal(changed[0], (await rows('recipe.yml'))[0])
  assert.is.not(changed[1]![1], (await rows('recipe.yml'))[1]![1])
})

test('params from a file win over those of the recipe, and --set over both', async () => {
  const folder = project({
    'method.yml': method,
    'recipe.yml': `extends: method.yml\nsteps: {${digits}}\n`,
    'ci.yml': 'epochs: 2\n',
    'wrong.yml': 'epochs: 0\n',
  })
  assert.is((await trimtab(folder, ['validate', '--params', 'ci.yml'])).code, 0)
  const refused = await trimtab(folder, ['plan', '--params', 'ci.yml', '--params', 'wrong.yml'])
  assert.is(refused.code, 2)
  assert.match(refused.stderr, /^wrong\.yml:1:9 error param "epochs" must be at least 1, and is 0/)
  const set = await trimtab(folder, ['validate', '--params', 'wrong.yml', '--set', 'epochs=1'])
  assert.is(set.code, 0, set.stderr)
})
