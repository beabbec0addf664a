import { join } from 'node:path'
import type { Recipe } from '../../src/language/recipe.js'
import { assert, suite } from '../suite.js'
import { readAll } from './project-rig.js'
import { stepOf } from './rig.js'

const test = suite('pipelines and extends')

const clean = async (files: Readonly<Record<string, string>>, file?: string): Promise<Recipe> => {
  const { recipe, problems } = await readAll(files, file)
  assert.equal(problems, [])
  return recipe
}

const inner = `trimtab: 1
inputs: {data: dataset, model: model}
params: {sparsity: {type: number, default: 0.5, minimum: 0, maximum: 0.9}, epochs: {type: integer, default: 1}}
steps:
  pruned: {kind: prune, model: model, sparsity: "\${{ params.sparsity }}"}
  tuned: {kind: train, model: pruned, data: data, epochs: "\${{ params.epochs }}"}
outputs: {model: tuned}
`
const start = `trimtab: 1
steps:
  digits: {kind: dataset, source: {digits: {examples: 100}}}
  base: {kind: train, data: digits, model: {layers: [flatten]}, epochs: 1}
`
const use = (more = '', uses = 'parts/inner.yml'): string =>
  `  small: {kind: pipeline, uses: ${uses}, inputs: {data: digits, model: base}${more}}\n`

test('a recipe that has pipelines can be extended: values of a pipeline merge, null removes it', async () => {
  const files = {
    'parts/inner.yml': inner,
    'base.yml': `${start}${use(', params: {sparsity: 0.6, epochs: 2}')}  other: {kind: prune, model: small, sparsity: 0.1}\n`,
  }
  const over = await clean({
    ...files,
    'recipe.yml': 'trimtab: 1\nextends: base.yml\nsteps: {small: {params: {sparsity: 0.7}}}\n',
  })
  assert.is(stepOf(over, 'small/pruned').config['sparsity'], 0.7)
  assert.is(stepOf(over, 'small/tuned').config['epochs'], 2)
  assert.equal(
    stepOf(over, 'other').ports['model']!.map(({ step }) => step),
    ['small/tuned'],
  )
  const gone = await clean({
    ...files,
    'recipe.yml': 'trimtab: 1\nextends: base.yml\nsteps: {small: null, other: {model: base}}\n',
  })
  assert.equal(
    gone.steps.map(({ id }) => id),
    ['digits', 'base', 'other'],
  )
})

test('an inner recipe may extend another, and paths are relative to the file that they stand in', async () => {
  const recipe = await clean({
    'parts/inner.yml': inner,
    'parts/deep/more.yml': `trimtab: 1
extends: ../inner.yml
params: {sparsity: 0.25}
steps:
  again: {kind: pipeline, uses: ../inner.yml, inputs: {data: data, model: tuned}, params: {sparsity: 0.75}}
outputs: {model: again}
`,
    'lib/base.yml': `${start}${use('', '../parts/deep/more.yml')}`,
    'recipe.yml': 'trimtab: 1\nextends: lib/base.yml\n',
  })
  assert.is(stepOf(recipe, 'small/pruned').config['sparsity'], 0.25)
  assert.is(stepOf(recipe, 'small/again/pruned').config['sparsity'], 0.75)
  assert.equal(
    stepOf(recipe, 'small/again/pruned').ports['model']!.map(({ step }) => step),
    ['small/tuned'],
  )
  assert.equal(
    recipe.files.map(file => file.split('/').slice(-2).join('/')).toSorted(),
    [
      'deep/more.yml',
      'lib/base.yml',
      'parts/inner.yml',
      `${recipe.project.split('/').at(-1)}/recipe.yml`,
    ].toSorted(),
  )
})

test('a param that is a path is resolved where its value is written', async () => {
  const reader = `trimtab: 1
params: {table: {type: path, default: own.csv}}
steps:
  rows: {kind: dataset, source: {csv: {file: "\${{ params.table }}"}}}
outputs: {data: rows}
`
  const recipe = await clean({
    'parts/reader.yml': reader,
    'parts/own.csv': '1',
    'given.csv': '2',
    'recipe.yml': `trimtab: 1
steps:
  own: {kind: pipeline, uses: parts/reader.yml}
  given: {kind: pipeline, uses: parts/reader.yml, params: {table: given.csv}}
`,
  })
  const pathOf = (id: string): string =>
    (stepOf(recipe, id).config as { source: { csv: { file: string } } }).source.csv.file
  assert.is(pathOf('own/rows'), join(recipe.project, 'parts/own.csv'))
  assert.is(pathOf('given/rows'), join(recipe.project, 'given.csv'))
})

test('problems inside are told in the inner file, once however often it is used', async () => {
  const broken = inner.replace('epochs: "${{ params.epochs }}"', 'epohs: 1')
  const { short, problems } = await readAll({
    'parts/inner.yml': broken,
    'recipe.yml': `${start}${use()}${use().replace('small', 'other')}`,
  })
  assert.equal([...new Set(short)], ['unknown-key parts/inner.yml:6'])
  assert.match(problems[0]!.frame!, /6 \| {3}tuned: \{kind: train.*epohs/)
})

test('what a pipeline is given is told where it is given', async () => {
  const { short } = await readAll({
    'parts/inner.yml': inner,
    'recipe.yml': `${start}${use(', params: {sparsity: 0.95, epoch: 1}')}  two: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, modle: base}}
  three: {kind: pipeline, uses: parts/inner.yml, inputs: {data: base, model: base}}
  four: {kind: pipeline, uses: parts/inner.yml, inputs: {data: digits, model: nobody}}
`,
  })
  assert.equal(short.toSorted(), [
    'unknown-input recipe.yml:6',
    'unknown-param recipe.yml:5',
    'unknown-step recipe.yml:8',
    'wrong-param recipe.yml:5',
    'wrong-port-type recipe.yml:7',
  ])
})

test('a fault of what a pipeline hands out is told inside, and outside there is no echo', async () => {
  const after = '  after: {kind: prune, model: small, sparsity: 0.1}\n'
  for (const [text, code] of [
    [inner.replace('kind: train', 'kind: trian'), 'unknown-kind parts/inner.yml:6'],
    [inner.replace('{model: tuned}', '{model: tunde}'), 'unknown-step parts/inner.yml:7'],
    [
      inner.replace('outputs: {model: tuned}', 'outputs: {model: pruned.history}'),
      'unknown-output parts/inner.yml:7',
    ],
  ] as const)
    assert.equal(
      (await readAll({ 'parts/inner.yml': text, 'recipe.yml': `${start}${use()}${after}` })).short,
      [code],
    )
})

test('a circle is told of once, through however many files', async () => {
  const link = (uses: string): string => `trimtab: 1
steps:
  next: {kind: pipeline, uses: ${uses}}
`
  const { short } = await readAll({
    'recipe.yml': link('a.yml'),
    'a.yml': link('b.yml'),
    'b.yml': link('a.yml'),
  })
  assert.equal(short, ['pipeline-cycle b.yml:3'])
  const own = await readAll({ 'recipe.yml': link('recipe.yml') })
  assert.equal(own.short, ['pipeline-cycle recipe.yml:3'])
  // Through extends: the base uses the recipe that extends it.
  const mixed = await readAll({
    'recipe.yml': 'trimtab: 1\nextends: base.yml\n',
    'base.yml': link('recipe.yml'),
  })
  assert.equal(mixed.short, ['pipeline-cycle base.yml:3'])
})

test('twenty deep is enough; more ends with a problem, not with the stack', async () => {
  const files: Record<string, string> = {}
  for (let depth = 0; depth < 40; depth++)
    files[depth === 0 ? 'recipe.yml' : `f${depth}.yml`] =
      `trimtab: 1\nsteps:\n  next: {kind: pipeline, uses: f${depth + 1}.yml}\n`
  files['f40.yml'] = 'trimtab: 1\nsteps:\n  digits: {kind: dataset, source: {digits: {examples: 9}}}\n'
  const { problems } = await readAll(files)
  assert.equal(
    problems.map(({ code }) => code),
    ['too-deep'],
  )
})

test('names inside are not seen outside, and those outside not inside', async () => {
  const { short } = await readAll({
    'parts/inner.yml': inner.replace('model: model, sparsity', 'model: base, sparsity'),
    'recipe.yml': `${start}${use()}  after: {kind: prune, model: pruned, sparsity: 0.1}\n`,
  })
  assert.equal(short, ['unknown-step parts/inner.yml:5', 'unknown-step recipe.yml:6'].toSorted())
})
