import { modelRows } from '../../src/report/results.js'
import type { RunRecord } from '../../src/store/run-record.js'
import { record } from '../judge/rig.js'
import { assert, suite } from '../suite.js'

const test = suite('results')

const measured = (step: string, model: string, accuracy: number, reference?: string) =>
  record(`${step}[${model}]`, {
    step,
    kind: 'evaluate',
    about: model,
    inputs: { models: [model], ...(reference === undefined ? {} : { reference: [reference] }) },
    output: { outputs: {}, metrics: { test: { accuracy } } },
  })

test('a model that pipelines measured too is held against the reference of the recipe', () => {
  const instances = [
    measured('int8/scores', 'sparse/tuned', 0.75, 'sparse/tuned'),
    measured('int8/scores', 'int8/static', 0.5, 'sparse/tuned'),
    measured('scores', 'base', 1, 'base'),
    measured('scores', 'sparse/tuned', 0.75, 'base'),
    measured('sparse/scores', 'base', 1, 'base'),
    measured('sparse/scores', 'sparse/tuned', 0.75, 'base'),
  ]
  const rows = modelRows({ instances } as unknown as RunRecord)
  assert.equal(rows, [
    { model: 'sparse/tuned', reference: false, accuracy: 0.75, change: -0.25 },
    { model: 'int8/static', reference: false, accuracy: 0.5, change: -0.25 },
    { model: 'base', reference: true, accuracy: 1 },
  ])
})
