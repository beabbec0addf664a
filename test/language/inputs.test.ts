import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRecipe } from '../../src/language/read.js'
import type { Recipe } from '../../src/language/recipe.js'
import { pipeline } from '../../src/steps/pipeline/spec.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
import { kinds } from './kinds.js'
import { clean, codes, stepOf } from './rig.js'

const test = suite('inputs and outputs')

const text = `trimtab: 1
inputs:
  data: dataset
  teacher: {type: model, optional: true, description: A better one.}
  more: {type: dataset, optional: true}
steps:
  base: {kind: train, data: data, model: {layers: [flatten]}, epochs: 1}
  student: {kind: distill, teachers: [base, teacher], data: data, model: {layers: [flatten]}, epochs: 1, needs: [teacher]}
  pruned: {kind: prune, model: student, sparsity: 0.5, data: more}
outputs: {model: pruned, history: base.history}
gates: {small: {check: teacher.bytes > pruned.bytes}}
`

test('inputs stand among the steps as stand-ins, and nothing is said of them', async () => {
  const recipe = await clean(text)
  assert.equal(
    recipe.inputs.map(input => ({ ...input, at: undefined })),
    [
      { name: 'data', type: 'dataset', optional: false, at: undefined },
      { name: 'teacher', type: 'model', optional: true, description: 'A better one.', at: undefined },
      { name: 'more', type: 'dataset', optional: true, at: undefined },
    ],
  )
  const standIn = stepOf(recipe, 'data')
  assert.ok(standIn.poisoned)
  assert.equal(standIn.spec!.produces, { dataset: 'dataset' })
  assert.not(stepOf(recipe, 'base').poisoned)
  const { model, history } = recipe.outputs
  assert.equal(
    [model!.step, model!.output, history!.step, history!.output],
    ['pruned', undefined, 'base', 'history'],
  )
})

test('optional inputs drop out where nobody gives them, and stay where a pipeline gives them', async () => {
  const ports = (recipe: Recipe, prefix: string) => {
    const { ports: student, needs } = stepOf(recipe, `${prefix}student`)
    const { ports: pruned } = stepOf(recipe, `${prefix}pruned`)
    return [
      student['teachers']!.map(({ step }) => step),
      pruned['data']?.map(({ step }) => step),
      needs.length,
    ]
  }
  assert.equal(ports(await clean(text), ''), [['base'], undefined, 0])
  const folder = realpathSync(emptyFolder())
  writeFileSync(join(folder, 'inner.yml'), text)
  const outer = (inputs: string): string => `trimtab: 1
steps:
  digits: {kind: dataset, source: {digits: {examples: 100}}}
  first: {kind: train, data: digits, model: {layers: [flatten]}, epochs: 1}
  small: {kind: pipeline, uses: inner.yml, inputs: {${inputs}}}
`
  writeFileSync(join(folder, 'recipe.yml'), outer('data: digits'))
  const all = await readRecipe({
    file: 'recipe.yml',
    cwd: folder,
    kinds: [...kinds, pipeline],
    open: file =>
      file.endsWith('recipe.yml') ? outer('data: digits, teacher: first, more: digits') : undefined,
  })
  assert.equal(all.problems, [])
  assert.equal(ports(all.recipe!, 'small/'), [['small/base', 'first'], ['digits'], 1])
})

test('a faulty input gives no echo', async () => {
  assert.equal(await codes(text.replace('data: dataset', 'data: data')), ['3 wrong-value'])
})
