import { join } from 'node:path'
import type { Recipe } from '../../src/language/recipe.js'
import { assert, suite } from '../suite.js'
import { base, over, project, type Files } from './extends-rig.js'
import { stepOf } from './rig.js'

const test = suite('extends')

/** What steps, gates and params come to, without their places. */
const sense = ({ steps, gates, params, seed }: Recipe): string =>
  JSON.stringify({ steps, gates, params, seed }, (key, value: unknown) =>
    key === 'at' || key === 'place' || key === 'spec' ? undefined : value,
  )

test('extending with nothing changes nothing, and paths stay those of the base', async () => {
  const plain = project({ 'lib/base.yml': base })
  const own = await plain.clean({ file: 'lib/base.yml' })
  const { folder, clean } = over('')
  const recipe = await clean()
  const text = (each: Recipe, root: string) => sense(each).replaceAll(root, '')
  assert.is(text(recipe, folder), text(own, plain.folder))
  assert.equal(stepOf(recipe, 'digits').config['source'], {
    idx: { images: join(folder, 'lib/images.idx'), labels: join(folder, 'lib/labels.idx') },
  })
  assert.is(recipe.params['data'], join(folder, 'lib/table.csv'))
  assert.equal(recipe.files, [join(folder, 'recipe.yml'), join(folder, 'lib/base.yml')])
})

test('the digest covers every file', async () => {
  const digest = async (files: Files) => (await over('', files).clean()).digest
  assert.is(await digest({}), await digest({}))
  assert.is.not(await digest({}), await digest({ 'lib/base.yml': `${base}# more\n` }))
})

test('maps merge, lists and scalars replace, null removes', async () => {
  const recipe = await over(`
seed: 8
steps:
  base: {epochs: 5, optimizer: {adam: {learningRate: 0.2}}, model: {layers: [flatten, flatten]}, timeout: null}
  digits: {split: {validation: 0.05}}
  pruned: null
  again: {kind: prune, model: base, sparsity: 0.1}
gates: null
`).clean()
  assert.is(recipe.seed, 8)
  assert.equal(
    recipe.steps.map(({ id }) => id),
    ['digits', 'base', 'again'],
  )
  const { config, timeout } = stepOf(recipe, 'base')
  assert.is(timeout, undefined)
  assert.is(config['epochs'], 5)
  assert.equal(config['optimizer'], { adam: { learningRate: 0.2, beta1: 0.8 } })
  assert.equal(config['model'], { layers: ['flatten', 'flatten'] })
  assert.equal(stepOf(recipe, 'digits').config['split'], { train: 0.9, validation: 0.05 })
  assert.equal(recipe.gates, [])
})

test('removing what is not there is told, but for what another base has removed already', async () => {
  assert.equal(await over('steps: {prund: null, base: {optimzer: null, timeout: null}}').told(), [
    'recipe.yml:2 removes-nothing',
    'recipe.yml:2 removes-nothing',
  ])
  const files = {
    'left.yml': 'extends: lib/base.yml\nsteps: {pruned: null}\ngates: null',
    'right.yml': 'extends: lib/base.yml\nsteps: {pruned: null}\ngates: null',
    'recipe.yml': 'extends: [left.yml, right.yml]',
  }
  assert.equal(await over('', files).told(), [])
})

test('another variant, and a step with another kind, replace whole', async () => {
  const recipe = await over(`
steps:
  base: {optimizer: {sgd: {learningRate: 1}}}
  digits: {source: {digits: {examples: 9}}}
  pruned: {kind: quantize, model: base}
gates:
  small: {nonInferior: {candidate: pruned, reference: base, margin: 0.1}}
`).clean()
  assert.equal(stepOf(recipe, 'base').config['optimizer'], { sgd: { learningRate: 1 } })
  assert.equal(stepOf(recipe, 'digits').config['source'], { digits: { examples: 9 } })
  assert.equal(stepOf(recipe, 'pruned').config, { weights: 'int8' })
  const [gate] = recipe.gates
  assert.is(gate!.form, 'nonInferior')
  assert.is(gate!.severity, 'error')
})

test('a gate of the same form keeps what is not said again', async () => {
  const recipe = await over('gates: {small: {check: pruned.bytes < 3}}').clean()
  assert.is(recipe.gates[0]!.severity, 'warn')
})

test("a plain value over a param's declaration changes its default alone", async () => {
  const { folder, clean } = over('params: {share: 0.25, epochs: 4, data: mine.csv}')
  assert.equal((await clean()).params, { epochs: 4, share: 0.25, data: join(folder, 'mine.csv') })
  assert.is((await clean({ set: { share: '0.75' } })).params['share'], 0.75)
  assert.equal(await over('params:\n  share: 0.95\n  epochs: many').told(), [
    'recipe.yml:3 wrong-value',
    'recipe.yml:4 wrong-value',
  ])
  const longer = over('params: {epochs: {type: integer, maximum: 5}, data: {description: Where it lies.}}')
  const { params } = await longer.clean()
  assert.equal(params, { epochs: 3, share: 0.5, data: join(longer.folder, 'lib/table.csv') })
  assert.equal(await over('params: {share: {default: null}}').told(), ['recipe.yml:2 missing-param'])
})

test('several levels, lists of bases, and a base that two share', async () => {
  const files = {
    'root.yml': `trimtab: 1
params: {a: 0, b: 0, c: 0, d: 0}
steps: {digits: {kind: dataset, source: {digits: {examples: 1}}}}`,
    'left.yml': 'extends: root.yml\nparams: {a: 1, b: 1}',
    'right.yml': 'extends: [./root.yml]\nparams: {b: 2, c: 2}',
    'recipe.yml': 'extends: [left.yml, right.yml]\nparams: {d: 3}',
  }
  const recipe = await project(files).clean()
  assert.equal(recipe.params, { a: 1, b: 2, c: 2, d: 3 })
  assert.is(recipe.files.length, 4)
})

test('diamonds on diamonds stay cheap', async () => {
  const files: Record<string, string> = {
    'a0.yml': 'trimtab: 1\nparams: {n: 0}\nsteps: {digits: {kind: dataset, source: {digits: {examples: 1}}}}',
  }
  for (let n = 1; n <= 18; n++) {
    files[`l${n}.yml`] = `extends: a${n - 1}.yml\nparams: {l${n}: ${n}}`
    files[`r${n}.yml`] = `extends: a${n - 1}.yml\nparams: {r${n}: ${n}}`
    files[`a${n}.yml`] = `extends: [l${n}.yml, r${n}.yml]\nparams: {n: ${n}}`
  }
  const started = performance.now()
  const { recipe, problems } = await project({ ...files, 'recipe.yml': 'extends: a9.yml' }).read()
  assert.equal(problems, [])
  assert.is(recipe!.params['n'], 9)
  assert.ok(performance.now() - started < 2000)
  assert.equal(await project({ ...files, 'recipe.yml': 'extends: a18.yml' }).told(), [
    'l9.yml:1 too-deep',
    'r9.yml:1 too-deep',
  ])
})

test('expressions of a base are evaluated with the values of the whole', async () => {
  const recipe = await over('params: {epochs: 9}\nsteps: {base: {batchSize: 8}}').clean()
  assert.is(stepOf(recipe, 'base').config['epochs'], 9)
  assert.is(stepOf(recipe, 'base').config['batchSize'], 8)
})

test('anchors are those of a file, and x- keys stay behind', async () => {
  assert.equal(await over('seed: *one').told(), ['recipe.yml:2 unknown-alias'])
})
