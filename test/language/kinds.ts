import { Type } from 'typebox'
import { pathField } from '../../src/core/fields.js'
import { select } from '../../src/steps/select/spec.js'
import { defineStep, either, list, one, optional, type AnyStepSpec } from '../../src/steps/define-step.js'

const closed = { additionalProperties: false } as const

const source = Type.Union([
  Type.Object({ digits: Type.Object({ examples: Type.Integer({ minimum: 1 }) }, closed) }, closed),
  Type.Object(
    { idx: Type.Object({ images: pathField('Images.'), labels: pathField('Labels.') }, closed) },
    closed,
  ),
  Type.Object(
    { csv: Type.Object({ file: pathField('Table.'), header: Type.Boolean({ default: true }) }, closed) },
    closed,
  ),
])

const dataset = defineStep({
  kind: 'dataset',
  revision: 1,
  params: Type.Object(
    {
      source,
      test: Type.Optional(source),
      split: Type.Optional(
        Type.Object(
          { train: Type.Optional(Type.Number()), validation: Type.Optional(Type.Number()) },
          { ...closed, minProperties: 1 },
        ),
      ),
      normalize: Type.Optional(
        Type.Union([
          Type.Enum(['none', 'standard']),
          Type.Object({ divide: Type.Number({ exclusiveMinimum: 0 }) }, closed),
        ]),
      ),
    },
    { ...closed, description: 'Brings in data.' },
  ),
  produces: { data: 'dataset' },
})

const ramp = Type.Object(
  {
    polynomial: Type.Object(
      {
        from: Type.Number(),
        to: Type.Number(),
        end: Type.String({ pattern: '^\\d+(\\.\\d+)? *(epochs?|steps?)$' }),
        power: Type.Number({ default: 3 }),
      },
      closed,
    ),
  },
  closed,
)
const rate = Type.Union([Type.Number({ minimum: 0 }), ramp], { default: 0.001 })
const optimizer = Type.Unsafe<unknown>({
  type: ['string', 'object'],
  if: { type: 'string' },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { enum: ['sgd', 'adam'] },
  minProperties: 1,
  maxProperties: 1,
  ...closed,
  properties: {
    sgd: Type.Object({ learningRate: rate }, { ...closed, required: [] }),
    adam: Type.Object(
      { learningRate: rate, beta1: Type.Number({ default: 0.9 }) },
      { ...closed, required: [] },
    ),
  },
  default: 'adam',
  description: 'How gradients change the weights.',
})
const architecture = Type.Object(
  { layers: Type.Array(Type.Unknown(), { minItems: 1, 'x-trimtab': 'layers' }) },
  closed,
)
const training = {
  epochs: Type.Integer({ minimum: 1, description: 'Passes over the training data.' }),
  batchSize: Type.Integer({ minimum: 1, default: 32 }),
  optimizer,
}

const train = defineStep({
  kind: 'train',
  revision: 1,
  checkpoints: true,
  microBatches: true,
  params: Type.Object({ model: architecture, ...training }, { ...closed, description: 'Trains a model.' }),
  consumes: { data: one('dataset'), model: either('model') },
  produces: { model: 'model', history: 'metrics' },
})

const prune = defineStep({
  kind: 'prune',
  revision: 1,
  params: Type.Object(
    {
      sparsity: Type.Number({ exclusiveMinimum: 0, maximum: 0.999, description: 'Share to remove.' }),
      norm: Type.Enum(['l1', 'l2'], { default: 'l1' }),
      granularity: Type.Enum(['weight', 'filter'], { default: 'weight' }),
      rules: Type.Optional(
        Type.Array(Type.Object({ layers: Type.String({ minLength: 1 }), sparsity: Type.Number() }, closed), {
          minItems: 1,
        }),
      ),
    },
    { ...closed, description: 'Removes the least important weights.' },
  ),
  consumes: { model: 'model', data: optional('dataset') },
  produces: { model: 'model' },
})

const quantize = defineStep({
  kind: 'quantize',
  revision: 1,
  params: Type.Object(
    {
      weights: Type.Enum(['int8', 'int32'], { default: 'int8' }),
      activations: Type.Optional(Type.Enum(['int8', 'uint8'])),
      range: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
    },
    closed,
  ),
  consumes: { model: 'model', data: optional('dataset') },
  produces: { model: 'model' },
})

const distill = defineStep({
  kind: 'distill',
  revision: 1,
  checkpoints: true,
  microBatches: true,
  params: Type.Object(
    { model: architecture, ...training, temperature: Type.Number({ exclusiveMinimum: 0, default: 4 }) },
    closed,
  ),
  consumes: { teachers: list('model'), data: 'dataset', model: either('model') },
  produces: { model: 'model' },
})

const evaluate = defineStep({
  kind: 'evaluate',
  revision: 1,
  params: Type.Object({ topK: Type.Optional(Type.Integer({ minimum: 1 })) }, closed),
  consumes: { models: list('model'), data: 'dataset', reference: optional('model') },
  produces: { metrics: 'metrics' },
  expands: 'models',
  measures: () => ['accuracy'],
})

/** Kinds for the tests of the language, in the shape of the real ones; they cannot run. */
export const kinds: readonly AnyStepSpec[] = [dataset, train, prune, quantize, distill, evaluate, select]
