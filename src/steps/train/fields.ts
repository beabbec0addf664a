import { Type } from 'typebox'
import type { Static } from 'typebox'
import { architectureField } from '../../network/architecture.js'
import { lossField } from '../../network/losses.js'
import { optimizerField } from '../../network/optimizers.js'

/** What training can measure beside its loss, by task. */
export const scoreNames = {
  classification: ['accuracy', 'top5'],
  regression: ['meanAbsoluteError', 'meanSquaredError'],
} as const

const allScores = [...scoreNames.classification, ...scoreNames.regression]

const earlyStopping = Type.Object(
  {
    monitor: Type.Enum(['loss', ...allScores], {
      default: 'loss',
      description: 'What is watched, on the split `validation`.',
    }),
    patience: Type.Integer({
      minimum: 1,
      default: 3,
      description: 'Epochs without improvement before it stops.',
    }),
    minDelta: Type.Number({ minimum: 0, default: 0, description: 'An improvement is more than this.' }),
    restoreBest: Type.Boolean({
      default: true,
      description: 'Ends with the weights of the best epoch, whether or not it stopped early.',
    }),
  },
  { additionalProperties: false, description: 'Stops when validation no longer improves.' },
)

const classWeights = Type.Unsafe<'balanced' | Readonly<Record<string, number>>>({
  type: ['string', 'object'],
  if: { type: 'string' },
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: { enum: ['balanced'] },
  additionalProperties: { type: 'number', minimum: 0 },
  description:
    'What an example of each class counts for in the loss: `balanced` (examples / (classes · examples of the class)), or a map of class name or index to weight; a class that is not named counts 1.',
})

const positive = (description: string) => Type.Optional(Type.Number({ exclusiveMinimum: 0, description }))
const share = (description: string) => Type.Number({ minimum: 0, default: 0, description })

/** The fields that every kind has which trains. */
export const trainingFields = (presets: { readonly epochs: number }) => ({
  optimizer: optimizerField,
  loss: lossField,
  epochs: Type.Integer({
    minimum: 1,
    default: presets.epochs,
    description: 'Times that training sees every example.',
  }),
  batchSize: Type.Integer({ minimum: 1, default: 32, description: 'Examples in a step.' }),
  metrics: Type.Optional(
    Type.Array(Type.Enum(allScores), {
      uniqueItems: true,
      description:
        'Measured in every epoch beside the loss, for the record. Absence: accuracy for classes, meanAbsoluteError for numbers.',
    }),
  ),
  earlyStopping: Type.Optional(earlyStopping),
  classWeights: Type.Optional(classWeights),
  clipNorm: positive(
    'Greatest Euclidean norm of all gradients of a step together; larger ones are scaled down.',
  ),
  clipValue: positive('Greatest size of one number of a gradient; larger ones are cut.'),
  mixedPrecision: Type.Optional(
    Type.Enum(['none', 'float16', 'bfloat16'], {
      description:
        'Format of 16 bits in which products and what lies between them compute while training, for the matrix units of GPUs; weights stay float32. `float16` scales the loss by itself. Needs the engine `native`. Absence: `none`, all in float32.',
    }),
  ),
  l1: share('λ of a term λΣ|w| over kernels in the loss (lasso): draws weights to 0.'),
  l2: share('λ of a term λΣw² over kernels in the loss (ridge).'),
})

export const trainParams = Type.Object(
  { model: Type.Optional(architectureField), ...trainingFields({ epochs: 10 }) },
  {
    additionalProperties: false,
    description: 'Train a network on the split `train` of a dataset: a new one, or one to go on from.',
  },
)
export type TrainConfig = Static<typeof trainParams>

const shared = Type.Object(trainingFields({ epochs: 1 }))
/** What the training loop reads of a kind's config. */
export type TrainingConfig = Static<typeof shared>
