import { Type, type Static } from 'typebox'
import type { Fault } from '../../core/problem.js'
import type { ModelDescription } from '../../network/description.js'
import { greatestOf, passBytes, sumOf, weightBytes } from '../../network/holding.js'
import type { DatasetDescription } from '../../sources/description.js'
import {
  type DescribedInputs,
  type MemoryNeed,
  type Prediction,
  defineStep,
  list,
  one,
  optional,
} from '../define-step.js'
import { datasetBytes } from '../data-bytes.js'
import { measuringWork } from '../work.js'
import { fitFaults, referenceFaults } from './fit.js'

export const evaluateFields = Type.Object(
  {
    batchSize: Type.Integer({
      minimum: 1,
      default: 256,
      description: 'Examples that run at once. Changes time and memory; figures by rounding alone.',
    }),
    topK: Type.Integer({
      minimum: 2,
      default: 5,
      description:
        'Also measures how often the class is among so many largest outputs: `top5`. Left out where there are no more classes.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Measures models on the test and validation splits: how good they are, how large, how like a reference.',
  },
)

const predict = (_config: unknown, inputs: DescribedInputs): Prediction => {
  const data = inputs['data']?.[0]?.description as DatasetDescription | undefined
  const reference = inputs['reference']?.[0]
  const faults: Fault[] = []
  if (data && !data.examples.test && !data.examples.validation)
    faults.push({
      code: 'no-evaluation-split',
      message: 'the dataset has neither a test nor a validation split to measure on',
      path: ['data'],
      hint: 'Give the dataset a `test:` source, or `split: {train: 0.9, test: 0.1}`.',
    })
  const models = [
    ...(inputs['models'] ?? []).map(each => ({ ...each, port: 'models' })),
    ...(reference ? [{ ...reference, port: 'reference' }] : []),
  ]
  const base = reference?.description as ModelDescription | undefined
  // A reference that does not fit the data is told as such, and not once more for each model.
  const compared =
    base && data && fitFaults(reference!.from, base, data, 'reference').length > 0 ? undefined : base
  const seen = new Set<string>()
  for (const { from, description, port } of models) {
    const model = description as ModelDescription | undefined
    if (!model || seen.has(from)) continue
    seen.add(from)
    if (data) faults.push(...fitFaults(from, model, data, port))
    if (port === 'models') faults.push(...referenceFaults(model, compared))
  }
  return { outputs: { metrics: { type: 'metrics' } }, faults }
}

/** Model and reference take turns. */
const memory = ({ batchSize }: Static<typeof evaluateFields>, inputs: DescribedInputs): MemoryNeed => {
  const data = inputs['data']?.[0]
  const splits = (data?.description as DatasetDescription | undefined)?.examples
  const examples = Math.min(batchSize, Math.max(splits?.test ?? 0, splits?.validation ?? 0))
  const models = [...(inputs['models'] ?? []), ...(inputs['reference'] ?? [])].map(
    ({ description }) => description as ModelDescription,
  )
  const pass = greatestOf(...models.map(model => passBytes(model, 'inference', examples)))
  return {
    bytes: sumOf(datasetBytes(data), ...models.map(model => weightBytes(model, 4)), pass),
    engine: sumOf(...models.map(model => weightBytes(model, 1)), pass),
  }
}

export const evaluate = defineStep({
  kind: 'evaluate',
  revision: 2,
  params: evaluateFields,
  lane: 'gpu',
  computes: true,
  microBatches: true,
  consumes: {
    models: list('model', 'The models to measure; each becomes an instance of its own.'),
    data: one('dataset', 'Measured on `test` and `validation`, whichever it has.'),
    reference: optional(
      'model',
      'Compares every model’s answers with this one’s: `agreement`, `similarity`.',
    ),
  },
  produces: { metrics: 'metrics' },
  expands: 'models',
  measures: ({ topK }) => [
    'accuracy',
    'loss',
    `top${topK}`,
    'precision',
    'recall',
    'f1',
    'agreement',
    'similarity',
    'meanSquaredError',
    'meanAbsoluteError',
    'r2',
    'gzipBytes',
    'nonZeroShare',
  ],
  predict,
  memory,
  work: measuringWork,
})
