import { assert, suite } from '../suite.js'
import { clean, codes, read, stepOf } from './rig.js'

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

test('optional inputs drop out where nobody gives them, and stay where they are given', async () => {
  const ports = async (given: readonly string[]) => {
    const { recipe, problems } = await read(text, { given })
    assert.equal(problems, [])
    const { teachers } = stepOf(recipe!, 'student').ports
    const { data } = stepOf(recipe!, 'pruned').ports
    return [
      teachers!.map(({ step }) => step),
      data?.map(({ step }) => step),
      stepOf(recipe!, 'student').needs.length,
    ]
  }
  assert.equal(await ports([]), [['base'], undefined, 0])
  assert.equal(await ports(['data', 'teacher', 'more']), [['base', 'teacher'], ['more'], 1])
})

test('a faulty input gives no echo', async () => {
  assert.equal(await codes(text.replace('data: dataset', 'data: data')), ['3 wrong-value'])
})
