import { type Static, Type } from 'typebox'

export const params = Type.Object(
  {
    topK: Type.Integer({
      minimum: 2,
      default: 5,
      description:
        'An example counts for `topK` accuracy when its class is among so many largest outputs; the metric is named `top5`.',
    }),
    batchSize: Type.Integer({
      minimum: 1,
      default: 256,
      description: 'Examples at a time. Changes no result.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Measures models on the test and validation splits of a dataset. One instance a model, so that a reader of one waits for no other.',
  },
)
export type EvaluateConfig = Static<typeof params>

/** What is measured of a classifier; `top5` for a topK of 5. */
export const classificationMetrics = (config: EvaluateConfig): string[] => [
  'accuracy',
  'loss',
  `top${config.topK}`,
  'precision',
  'recall',
  'f1',
  'agreement',
  'similarity',
]
export const regressionMetrics = ['loss', 'meanSquaredError', 'meanAbsoluteError', 'r2', 'similarity']

/** What is measured without data, beside the facts that every model has. */
export const sizeMetrics = ['storedBytes', 'gzipBytes', 'nonZeroShare']
