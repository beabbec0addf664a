import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readRecipe, type ReadRecipeOptions } from '../../src/language/read.js'
import type { Recipe } from '../../src/language/recipe.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { kinds } from './kinds.js'
import { stepOf } from './rig.js'

const test = suite('extends')

const base = `trimtab: 1
seed: 7
params:
  epochs: 3
  share: {type: number, default: 0.5, minimum: 0, maximum: 0.9, description: How much.}
  data: {type: path, default: table.csv}
x-anchors: {one: &one 1}
steps:
  digits: {kind: dataset, source: {idx: {images: images.idx, labels: labels.idx}}, split: {train: 0.9, validation: 0.1}}
  base:
    kind: train
    data: digits
    model: {layers: [flatten]}
    epochs: "\${{ params.epochs }}"
    optimizer: {adam: {learningRate: 0.1, beta1: 0.8}}
    timeout: 2m
  pruned: {kind: prune, model: base, sparsity: "\${{ params.share }}"}
gates:
  small: {check: pruned.bytes < base.bytes, severity: warn}
`

type Files = Readonly<Record<string, string>>

/** A project of files, and a way to read one of them. */
const project = (files: Files) => {
  const folder = realpathSync(emptyFolder())
  mkdirSync(join(folder, '.git'))
  for (const [name, text] of Object.entries({
    'lib/images.idx': '',
    'lib/labels.idx': '',
    'lib/table.csv': '',
    ...files,
  })) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const read = (more: Partial<ReadRecipeOptions> = {}) =>
    readRecipe({ file: 'recipe.yml', kinds, cwd: folder, ...more })
  const clean = async (more: Partial<ReadRecipeOptions> = {}): Promise<Recipe> => {
    const { recipe, problems } = await read(more)
    assert.equal(problems, [])
    return recipe!
  }
  /** File, line and code of every problem. */
  const told = async (more: Partial<ReadRecipeOptions> = {}) =>
    (await read(more)).problems.map(
      ({ code, at }) => `${at ? relative(folder, at.file) : '-'}:${at?.line ?? 0} ${code}`,
    )
  return { folder, read, clean, told }
}

const over = (text: string, more: Files = {}) =>
  project({ 'lib/base.yml': base, 'recipe.yml': `extends: lib/base.yml\n${text}`, ...more })

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

test('a fault in an inherited value points into the file that it came from', async () => {
  const faulty = base.replace('epochs: "${{ params.epochs }}"', 'epochs: ten')
  assert.equal(await over('', { 'lib/base.yml': faulty }).told(), ['lib/base.yml:14 wrong-type'])
  assert.equal(await over('steps: {base: {epochs: 1}}', { 'lib/base.yml': faulty }).told(), [])
  assert.equal(await over('steps: {base: {kind: train, epohcs: 1}}').told(), ['recipe.yml:2 unknown-key'])
  const { recipe, problems } = await over('steps: {base: {data: nothing}}').read()
  assert.match(problems[0]!.frame ?? '', /data: nothing/)
  assert.match(recipe!.frame(stepOf(recipe!, 'pruned').at), /^16 .*\n17 .*pruned/)
})

test('expressions of a base are evaluated with the values of the whole', async () => {
  const recipe = await over('params: {epochs: 9}\nsteps: {base: {batchSize: 8}}').clean()
  assert.is(stepOf(recipe, 'base').config['epochs'], 9)
  assert.is(stepOf(recipe, 'base').config['batchSize'], 8)
})

test('anchors are those of a file, and x- keys stay behind', async () => {
  assert.equal(await over('seed: *one').told(), ['recipe.yml:2 unknown-alias'])
})

test('a base with faults of YAML has them told in it, and nothing else is said', async () => {
  assert.equal(await over('', { 'lib/base.yml': 'a: [1\nb: 2' }).told(), ['lib/base.yml:1 yaml-syntax'])
  assert.equal(await over('', { 'lib/base.yml': '' }).told(), ['lib/base.yml:1 empty-recipe'])
  assert.equal(await over('', { 'lib/base.yml': '- a' }).told(), ['lib/base.yml:1 wrong-type'])
})

test('a base of another version of the language is told of, and nothing else', async () => {
  const old = base.replace('trimtab: 1', 'trimtab: 0')
  assert.equal(await over('', { 'lib/base.yml': old }).told(), ['lib/base.yml:1 old-version'])
  assert.equal(await over('trimtab: 9').told(), ['recipe.yml:2 newer-version'])
})

test('circles are told with their trail', async () => {
  const { read } = project({
    'recipe.yml': 'trimtab: 1\nextends: lib/a.yml',
    'lib/a.yml': 'extends: b.yml',
    'lib/b.yml': 'extends: [../recipe.yml]',
  })
  const { problems } = await read()
  assert.is(problems.length, 1)
  assert.is(problems[0]!.code, 'extends-cycle')
  assert.match(problems[0]!.message, /recipe\.yml → lib\/a\.yml → lib\/b\.yml → recipe\.yml/)
})

test('what lies outside of the project is read only where it is allowed, symlinks followed', async () => {
  const elsewhere = realpathSync(emptyFolder())
  writeFileSync(
    join(elsewhere, 'base.yml'),
    base.replaceAll('idx: {images: images.idx, labels: labels.idx}', 'digits: {examples: 1}'),
  )
  const { told, folder } = project({ 'recipe.yml': `extends: ${join(elsewhere, 'base.yml')}` })
  assert.equal(await told(), ['recipe.yml:1 path-outside'])
  assert.equal(await told({ allow: [elsewhere] }), [])
  writeFileSync(
    join(folder, 'recipe.yml'),
    `extends: ${join(elsewhere, 'base.yml')}\nallowPaths: [${elsewhere}]`,
  )
  assert.equal(await told(), [])
  symlinkSync(join(elsewhere, 'base.yml'), join(folder, 'link.yml'))
  writeFileSync(join(folder, 'recipe.yml'), 'extends: link.yml')
  assert.equal(await told(), ['recipe.yml:1 path-outside'])
})

test('a secret of a base is shown nowhere', async () => {
  const { problems } = await over('params: {password: null}\nsteps: {base: {epochs: ten}}', {
    'lib/base.yml': base.replace('  epochs: 3', '  password: hunter2\n  epochs: 3\n  ep ochs: 3'),
  }).read()
  const shown = JSON.stringify(problems)
  assert.match(shown, /wrong-name/)
  assert.not.match(shown, /hunter2/)
})
