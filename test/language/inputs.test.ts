import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'
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

test('optional inputs drop out where nobody gives them', async () => {
  const recipe = await clean(text)
  const student = stepOf(recipe, 'student')
  assert.equal(
    student.ports['teachers']!.map(({ step }) => step),
    ['base'],
  )
  assert.equal(student.needs, [])
  assert.is(stepOf(recipe, 'pruned').ports['data'], undefined)
})

test('a step of an extending recipe takes the place of an input, an optional one too', async () => {
  const folder = realpathSync(emptyFolder())
  writeFileSync(join(folder, 'method.yml'), text)
  const recipe = await clean(
    `extends: method.yml
steps:
  data: {kind: dataset, source: {digits: {examples: 10}}}
  teacher: {kind: train, data: data, model: {layers: [flatten]}, epochs: 9}
`,
    { folder },
  )
  assert.equal(
    recipe.inputs.map(({ name }) => name),
    ['more'],
  )
  assert.equal(
    stepOf(recipe, 'student').ports['teachers']!.map(({ step }) => step),
    ['base', 'teacher'],
  )
  assert.not(stepOf(recipe, 'data').poisoned)
})

test('a faulty input gives no echo', async () => {
  assert.equal(await codes(text.replace('data: dataset', 'data: data')), ['3 wrong-value'])
})
