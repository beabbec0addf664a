import { assert, suite } from '../suite.js'
import { readAll } from './project-rig.js'

const test = suite('recipes that ship')

test('every recipe that ships reads clean by itself, extended and as a pipeline, with all outputs', async () => {
  const data = `trimtab: 1
steps:
  data: {kind: dataset, source: {digits: {examples: 400}}, split: {train: 0.6, validation: 0.2, test: 0.2}}
  KEY: {kind: train, data: data, model: {layers: [{conv2d: {filters: 8, kernelSize: 3}}, flatten, {dense: {units: 10, activation: softmax}}]}}
`
  for (const [name, key, outputs] of [
    ['magnitude', 'model', ['model', 'pruned']],
    ['gradual', 'model', ['model', 'last']],
    ['slim', 'model', ['model', 'slimmed']],
    ['int8', 'model', ['model', 'static']],
    ['weight-only', 'model', ['model']],
    ['distill', 'teacher', ['model']],
    ['deep-compression', 'model', ['model', 'sparse']],
    ['compare-all', 'model', ['model']],
  ] as const) {
    const alone = await readAll({}, `trimtab:${name}`, true)
    assert.equal(alone.problems, [], name)
    assert.equal(Object.keys(alone.recipe.outputs), outputs)
    assert.equal(
      alone.recipe.inputs.map(input => input.name),
      ['data', key],
    )
    assert.ok(
      [...alone.recipe.declared.values()].every(param => param?.description && param.default !== undefined),
      name,
    )
    const text = data.replace('KEY', key)
    const extended = await readAll({ 'recipe.yml': `extends: trimtab:${name}\n${text}` }, 'recipe.yml', true)
    assert.equal(extended.problems, [], name)
    const own = alone.recipe.steps.map(({ id }) => id).filter(id => id !== 'data' && id !== key)
    assert.equal(extended.recipe.steps.map(({ id }) => id).toSorted(), [...own, 'data', key].toSorted(), name)
    const used = await readAll(
      {
        'recipe.yml': `${text}  made: {kind: pipeline, uses: trimtab:${name}, inputs: {data: data, ${key}: ${key}}}\n${outputs
          .map(output => `  use_${output}: {kind: prune, model: made.${output}, sparsity: 0}\n`)
          .join('')}`,
      },
      'recipe.yml',
      true,
    )
    assert.equal(used.problems, [], name)
    for (const id of own)
      assert.ok(
        used.recipe.steps.some(step => step.id === `made/${id}`),
        `${name}: ${id}`,
      )
  }
})
