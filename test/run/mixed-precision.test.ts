import { homedir } from 'node:os'
import { join } from 'node:path'
import { plan } from '../../src/api/index.js'
import { findNative } from '../../src/engine/native/find.js'
import { executionText } from '../../src/report/instance-engine.js'
import type { InstanceRecord } from '../../src/store/run-record.js'
import { assert, suite } from '../suite.js'
import { playRecipe, projectWith } from './play.js'

process.env['TRIMTAB_ENGINES'] =
  process.env['TRIMTAB_TEST_ENGINES'] ?? join(homedir(), '.cache/trimtab/engines')

const test = suite('mixed precision in recipes')

const recipe = `trimtab: 1
seed: 3
engine: native
steps:
  digits: {kind: dataset, source: {digits: {examples: 600}}, test: {digits: {examples: 200}}, split: {train: 0.9, validation: 0.1}, normalize: {divide: 255}}
  base:
    kind: train
    data: digits
    model: {layers: [{conv2d: {filters: 8, kernelSize: 3, activation: relu}}, batchNormalization, maxPooling2d, flatten, {dropout: {rate: 0.2}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.005}}
    epochs: 3
    mixedPrecision: float16
    clipNorm: 5
  pruned: {kind: prune, model: base, method: magnitude, granularity: weight, sparsity: 0.5}
  tuned: {kind: finetune, model: pruned, data: digits, epochs: 1, mixedPrecision: bfloat16}
  int8: {kind: quantize, model: tuned, data: digits, weights: int8, activations: uint8}
  qat: {kind: finetune, model: int8, data: digits, epochs: 1, mixedPrecision: bfloat16}
  student:
    kind: distill
    teachers: [base]
    data: digits
    model: {layers: [flatten, {dense: {units: 16, activation: relu}}, {dense: {units: 10, activation: softmax}}]}
    optimizer: {adam: {learningRate: 0.005}}
    epochs: 2
    mixedPrecision: float16
  scores: {kind: evaluate, models: [base, tuned, qat, student], data: digits}
gates:
  learnt: {check: base.accuracy > 0.6 && tuned.accuracy > 0.7 && qat.accuracy > 0.7 && student.accuracy > 0.6}
  sparse: {check: tuned.sparsity > 0.49}
`

const state = findNative()
if (!state.ready) {
  console.log(`not run: ${state.why}`)
  test('the native engine is not here', () => undefined)
} else {
  test('every kind that trains does so, with masks, quantized formats and teachers, and it repeats', async () => {
    const project = projectWith(recipe)
    const { step, record } = await playRecipe(project)
    assert.is(record.outcome, 'passed', JSON.stringify(record.instances.flatMap(each => each.problems ?? [])))
    for (const [name, compute] of [
      ['base', 'float16'],
      ['tuned', 'bfloat16'],
      ['qat', 'bfloat16'],
      ['student', 'float16'],
    ] as const) {
      const { execution } = step(name).output!.record as {
        execution: { mode: string; mixedPrecision: Record<string, unknown> }
      }
      assert.is(execution.mode, 'graph')
      assert.is(execution.mixedPrecision['compute'], compute)
      assert.is('lossScale' in execution.mixedPrecision, compute === 'float16')
      const told = executionText(step(name))!
      assert.ok(told.startsWith(`each step as one graph, products in ${compute}`), told)
      assert.is(/the loss times [\d,.]+ at the end, \d+ steps? skipped$/.test(told), compute === 'float16')
    }
    // The same kernels give the same bits.
    const again = await playRecipe(projectWith(recipe))
    const digests = (of: (id: string) => InstanceRecord): unknown =>
      ['base', 'tuned', 'qat', 'student'].map(id => of(id).output!.outputs)
    assert.equal(digests(again.step), digests(step))
  })
}

const onWasm = `trimtab: 1
engine: wasm
params:
  precision: {type: string, default: bfloat16, enum: [none, float16, bfloat16], description: Format of the products.}
steps:
  digits: {kind: dataset, source: {digits: {examples: 100}}}
  base:
    kind: train
    data: digits
    model: {layers: [flatten, {dense: {units: 10, activation: softmax}}]}
    matrix: {rate: [0.1, 0.2]}
    optimizer: {adam: {learningRate: "\${{ matrix.rate }}"}}
    mixedPrecision: "\${{ params.precision }}"
  tuned: {kind: finetune, model: base, data: digits, mixedPrecision: none}
`

test('an engine that has none is told before anything runs, where the recipe asks for it', async () => {
  const { recipe } = projectWith(onWasm)
  const { problems } = await plan({ recipe })
  assert.equal(
    problems.map(({ code, message, at }) => [code, message, at?.line]),
    [
      [
        'mixed-precision-unavailable',
        '"base[rate=0.1]" asks for mixed precision, and the wasm engine computes in float32 alone',
        13,
      ],
    ],
  )
  assert.equal((await plan({ recipe, set: { precision: 'none' } })).problems, [])
})
