import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { plan } from '../../src/api/validate.js'
import { defineStep, list } from '../../src/steps/define-step.js'
import { emptyFolder } from '../rig.js'
import { assert, suite } from '../suite.js'

const test = suite('accepted gates before a run')

/** Measures something that nobody else knows. */
const marvel = defineStep({
  kind: 'marvel',
  revision: 1,
  params: Type.Object({}, { additionalProperties: false }),
  consumes: { models: list('model') },
  produces: { metrics: 'metrics' },
  expands: 'models',
  measures: () => ['wonder', 'accuracy'],
})

const told = async (gate: string): Promise<string[]> => {
  const folder = emptyFolder()
  writeFileSync(
    join(folder, 'recipe.yml'),
    `trimtab: 1
steps:
  digits: {kind: dataset, source: {digits: {examples: 100}}, split: {train: 0.8, test: 0.2}}
  base: {kind: train, data: digits, model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}}
  marvels: {kind: marvel, models: [base]}
  speed: {kind: benchmark, models: [base], reference: base}
gates:
  g: ${gate}
`,
  )
  const { problems } = await plan({ recipe: 'recipe.yml', cwd: folder, env: {}, kinds: [marvel] })
  return problems.filter(({ at }) => (at?.line ?? 0) > 7).map(({ code, at }) => `${code} ${at!.column}`)
}

test('names, times and directions are known before anything runs', async () => {
  for (const fine of [
    '{accepted: {metric: base.accuracy}}',
    '{accepted: {metric: base.test.accuracy, margin: 0.01}}',
    '{accepted: {metric: base.bytes, margin: 2%}, severity: warn, when: base.accuracy > 0.5}',
    '{accepted: {metric: marvels.base.accuracy}}',
    '{accepted: {metric: base.latency, margin: 10%}}',
    '{accepted: {metric: speed.base.latency}}',
    '{accepted: {metric: base.wonder, better: lower}}',
  ])
    assert.equal(await told(fine), [], fine)
  for (const [gate, wanted] of [
    ['{accepted: {metric: base.wonder}}', 'gate-direction 26'],
    ['{accepted: {metric: base.wondr}}', 'unknown-metric 31'],
    ['{accepted: {metric: digits.latency}}', 'gate-no-benchmark 26'],
    ['{accepted: {metric: marvels.base.latency}}', 'gate-no-benchmark 26'],
    ['{accepted: {metric: base.p50}}', 'gate-measured-time 31'],
  ] as const)
    assert.equal(await told(gate), [wanted], gate)
})
