import { paintFor } from '../../src/report/paint.js'
import { modelRows } from '../../src/report/results.js'
import { verdictLines } from '../../src/report/verdicts.js'
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

test('many skipped gates take one line; few are shown like all others', () => {
  const verdict = (gate: string, status: 'pass' | 'skipped') =>
    ({ gate, form: 'check', severity: 'error', status, asked: 'a > b', found: 'no' }) as const
  const plain = paintFor({ isTTY: false })
  const names = ['a/kept', 'a/smaller', 'b/kept', 'b/smaller']
  const skipped = names.map(name => verdict(name, 'skipped'))
  assert.equal(verdictLines([...skipped, verdict('found', 'pass')], plain), [
    'verdict  gate   asked  found',
    '✔ pass   found  a > b  no',
    '○ 4 gates skipped: a/kept, a/smaller, b/kept and 1 more',
  ])
  assert.equal(verdictLines(skipped, plain).length, 1)
  assert.equal(verdictLines(skipped.slice(1), plain).length, 4)
})
