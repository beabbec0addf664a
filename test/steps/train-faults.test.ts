import { Value } from 'typebox/value'
import type { Fault } from '../../src/core/problem.js'
import { describeNetwork } from '../../src/network/describe.js'
import { exact } from '../../src/network/description.js'
import type { ModelDescription } from '../../src/network/description.js'
import { headOf } from '../../src/model/logits.js'
import type { DatasetDescription } from '../../src/sources/description.js'
import type { Description, Prediction } from '../../src/steps/define-step.js'
import { distillParams } from '../../src/steps/distill/fields.js'
import type { DistillConfig } from '../../src/steps/distill/fields.js'
import { distill } from '../../src/steps/distill/spec.js'
import { finetune } from '../../src/steps/finetune/spec.js'
import { finalActivation } from '../../src/steps/train/checks.js'
import { scoreNames, trainParams } from '../../src/steps/train/fields.js'
import type { TrainConfig } from '../../src/steps/train/fields.js'
import { train } from '../../src/steps/train/spec.js'
import { scores } from '../../src/fit/scores.js'
import { networkOf } from '../model/networks.js'
import { assert, suite } from '../suite.js'

const test = suite('train, finetune, distill: what is found before anything runs')

const digits: DatasetDescription = {
  type: 'dataset',
  task: 'classification',
  shape: [8, 8, 1],
  classes: 7,
  examples: { train: 100, validation: 10, test: 10 },
}
const layers = (units = 7, activation = 'softmax') => ['flatten', { dense: { units, activation } }]
const modelOf = (written: readonly unknown[]): ModelDescription =>
  describeNetwork(networkOf(written, [8, 8, 1]))
const port = (...descriptions: (Description | undefined)[]) =>
  descriptions.map((description, at) => ({ from: `step${at}`, ...(description ? { description } : {}) }))

const trained = (written: object, data: DatasetDescription = digits, model?: ModelDescription): Prediction =>
  train.predict(Value.Default(trainParams, written) as TrainConfig, {
    data: port(data),
    ...(model ? { model: port(model) } : {}),
  })
const distilled = (written: object, ...teachers: ModelDescription[]): Prediction =>
  distill.predict(
    Value.Default(distillParams, { model: { layers: layers() }, ...written }) as DistillConfig,
    {
      data: port(digits),
      teachers: port(...teachers),
    },
  )

const brief = (faults: readonly Fault[] | undefined) =>
  (faults ?? []).map(({ code, path }) => `${code} at ${path?.join('.')}`)

test('a network that fits is predicted exactly', () => {
  const { outputs, faults } = trained({ model: { layers: layers() } })
  assert.equal(faults, [])
  const model = outputs['model'] as ModelDescription
  assert.equal(model.parameters, exact(64 * 7 + 7))
  assert.equal(model.macs, exact(64 * 7))
})

test('each fault has its place', () => {
  const cases: [object, DatasetDescription | undefined, string[]][] = [
    [{ model: { layers: layers(10) } }, undefined, ['class-count at model.layers.1.dense.units']],
    [{ model: { layers: layers(7, 'linear') } }, undefined, ['loss-activation at model.layers.1']],
    [
      { model: { layers: layers(7, 'sigmoid') }, loss: 'categoricalCrossentropy' },
      undefined,
      ['loss-activation at model.layers.1'],
    ],
    [{ model: { layers: layers() }, loss: 'binaryCrossentropy' }, undefined, ['loss at loss']],
    [{ model: { layers: layers(7, 'linear') }, loss: 'meanSquaredError' }, undefined, []],
    [
      { model: { layers: [{ conv2d: { filters: 2, kernelSize: 3, dilationRate: 2 } }, ...layers()] } },
      undefined,
      ['untrainable-layer at model.layers.0.conv2d'],
    ],
    [
      { model: { layers: layers() }, earlyStopping: { monitor: 'accuracy' } },
      { ...digits, examples: { train: 100, test: 10 } },
      ['no-validation at earlyStopping'],
    ],
    [
      {
        model: { layers: layers() },
        earlyStopping: { monitor: 'meanSquaredError' },
        metrics: ['accuracy', 'meanAbsoluteError'],
      },
      undefined,
      ['metric-task at metrics.1', 'metric-task at earlyStopping.monitor'],
    ],
    [
      { model: { layers: layers() }, classWeights: { 3: 2, 9: 1 } },
      undefined,
      ['class-weights at classWeights.9'],
    ],
    [{ model: { layers: layers() } }, { ...digits, examples: { test: 4 } }, ['no-training-data at data']],
    [
      {
        model: { layers: layers() },
        optimizer: {
          sgd: { learningRate: { cosine: { from: 1, to: 0, begin: '3 epochs', end: '2 epochs' } } },
        },
      },
      undefined,
      ['schedule at optimizer.sgd.learningRate.cosine.end'],
    ],
    [{}, undefined, ['missing-key at model']],
    [
      { model: { layers: layers(2, 'linear') }, loss: 'sparseCategoricalCrossentropy' },
      { type: 'dataset', task: 'regression', shape: [8, 8, 1], classes: 2, examples: { train: 5 } },
      ['loss at loss'],
    ],
  ]
  for (const [written, data, want] of cases) {
    const { faults, outputs } = trained(written, data)
    assert.equal(brief(faults), want, JSON.stringify(written))
    assert.is('model' in outputs, want.length === 0)
  }
})

test('several faults come at once', () => {
  const { faults } = trained({
    model: { layers: layers(10, 'linear') },
    classWeights: { x: 1 },
    metrics: ['meanAbsoluteError'],
  })
  assert.equal(brief(faults), [
    'metric-task at metrics.0',
    'class-weights at classWeights.x',
    'class-count at model.layers.1.dense.units',
  ])
})

test('a model from another step is held against the data', () => {
  const wide = describeNetwork(networkOf(layers(10), [9, 8, 1]))
  assert.equal(brief(trained({}, digits, wide).faults), ['shape-mismatch at model'])
  assert.equal(brief(trained({}, digits, modelOf(layers(7, 'linear'))).faults), ['loss-activation at model'])
  assert.equal(brief(trained({}, digits, { ...modelOf(layers()), format: 'onnx' }).faults), [
    'model-format at model',
  ])
  const config = Value.Default(finetune.params, {}) as Parameters<typeof finetune.predict>[0]
  const kept = finetune.predict(config, {
    data: port(digits),
    model: port({ ...modelOf(layers()), quantized: { weights: 'int8' } }),
  })
  assert.equal((kept.outputs['model'] as ModelDescription).quantized, { weights: 'int8' })
})

test('a poisoned input says nothing', () => {
  const config = Value.Default(trainParams, {}) as TrainConfig
  assert.equal(train.predict(config, { data: port(undefined), model: port(undefined) }).faults, [])
})

test('teachers are held against the student', () => {
  const good = modelOf([{ conv2d: { name: 'eye', filters: 4, kernelSize: 3 } }, ...layers()])
  assert.equal(distilled({}, good).faults, [])
  assert.equal(brief(distilled({}, good, modelOf(layers(9))).faults), ['teacher at teachers.1'])
  assert.equal(brief(distilled({}, modelOf(layers(7, 'sigmoid'))).faults), ['teacher at teachers.0'])
  assert.equal(brief(distilled({}, describeNetwork(networkOf(layers(), [4, 4, 1]))).faults), [
    'teacher at teachers.0',
  ])
  assert.equal(brief(distilled({}, { ...good, format: 'onnx' }).faults), ['model-format at teachers.0'])
  assert.equal(
    brief(distilled({ hints: [{ teacher: 'eyes', student: 'flatten', weight: 1 }] }, good).faults),
    ['unknown-layer at hints.0.teacher', 'unknown-layer at hints.0.student'],
  )
  assert.equal(
    brief(distilled({ hints: [{ teacher: 'eye', student: 'flatten_1', weight: 1 }] }, good).faults),
    ['hint-shape at hints.0'],
  )
  assert.equal(
    brief(
      distilled(
        { weightPenalty: 0.1 },
        modelOf([
          { conv2d: { filters: 4, kernelSize: 3 } },
          'flatten',
          { dense: { name: 'z', units: 7, activation: 'softmax' } },
        ]),
      ).faults,
    ),
    ['weight-penalty at weightPenalty'],
  )
  assert.equal(
    brief(
      distilled({ temperature: { exponential: { from: 4, to: 1, begin: '2 steps', end: '1 step' } } }, good)
        .faults,
    ),
    ['schedule at temperature.exponential.end'],
  )
})

test('the last activation is the one whose logits a network gives', () => {
  const ends: unknown[][] = [
    layers(),
    layers(7, 'sigmoid'),
    layers(7, 'relu'),
    ['flatten', { dense: { units: 7 } }, { activation: { activation: 'softmax' } }],
    ['flatten', { dense: { units: 7 } }, 'softmax'],
    [{ conv2d: { filters: 7, kernelSize: 8, activation: 'sigmoid' } }],
    [{ conv2d: { filters: 7, kernelSize: 8, activation: 'sigmoid' } }, 'flatten'],
  ]
  for (const written of ends) {
    const network = networkOf(written, [8, 8, 1])
    assert.is(
      headOf(network) !== undefined,
      ['softmax', 'sigmoid'].includes(finalActivation(network)),
      JSON.stringify(written),
    )
  }
  const steps = networkOf([{ lstm: { units: 3, activation: 'sigmoid' } }], [5, 2])
  assert.is(headOf(steps), undefined)
  assert.is(finalActivation(steps), 'linear')
})

test('every score that the schema knows can be measured', () => {
  for (const task of ['classification', 'regression'] as const)
    assert.equal(Object.keys(scores[task]).sort(), [...scoreNames[task]].sort())
})
