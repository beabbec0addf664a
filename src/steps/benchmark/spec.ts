import { type Static, Type } from 'typebox'
import type { Fault } from '../../core/problem.js'
import { exact, type ModelDescription } from '../../network/description.js'
import { greatestOf, passBytes, sumOf, weightBytes } from '../../network/holding.js'
import type { DatasetDescription } from '../../sources/description.js'
import { datasetBytes } from '../data-bytes.js'
import {
  type DescribedInputs,
  type MemoryNeed,
  type Prediction,
  defineStep,
  list,
  one,
  optional,
} from '../define-step.js'

export const params = Type.Object(
  {
    batchSize: Type.Integer({ minimum: 1, default: 128, description: 'Examples in a forward pass.' }),
    rounds: Type.Integer({
      minimum: 6,
      default: 31,
      description: 'Rounds that count; each runs every model once, in an order drawn anew.',
    }),
    warmUp: Type.Integer({ minimum: 0, default: 3, description: 'Rounds before them that do not count.' }),
    confidence: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.95,
      description: 'Confidence of the intervals in the record. A gate has its own.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Times forward passes of models against a reference, interleaved in one process, with nothing beside it.',
  },
)
export type BenchmarkConfig = Static<typeof params>

const predict = (_: BenchmarkConfig, inputs: DescribedInputs): Prediction => {
  const faults: Fault[] = []
  const data = inputs['data']?.[0]?.description as DatasetDescription | undefined
  const reference = inputs['reference']?.[0]
  const models = inputs['models'] ?? []
  const base = reference?.description as ModelDescription | undefined
  const wanted = data
    ? { shape: data.shape, of: 'the data has' }
    : base && { shape: base.inputShape, of: 'the reference takes' }
  const names = models.map(model => model.from)
  names.forEach((name, i) => {
    if (names.indexOf(name) < i)
      faults.push({ code: 'duplicate-name', message: `"${name}" is listed twice`, path: ['models', i] })
  })
  for (const [port, { from, description }] of [
    ...models.map((model, i) => [['models', i], model] as const),
    ...(reference ? [[['reference'], reference] as const] : []),
  ]) {
    const model = description as ModelDescription | undefined
    if (!model || !wanted || model.inputShape.join() === wanted.shape.join()) continue
    faults.push({
      code: 'shape-mismatch',
      message: `"${from}" takes ${model.inputShape.join('×')}, ${wanted.of} ${wanted.shape.join('×')}`,
      path: [...port],
    })
  }
  return { outputs: {}, faults }
}

/** All models stand beside each other; each runs by itself. */
const memory = ({ batchSize }: BenchmarkConfig, inputs: DescribedInputs): MemoryNeed => {
  const models = [...(inputs['models'] ?? []), ...(inputs['reference'] ?? [])].map(
    ({ description }) => description as ModelDescription,
  )
  const data = inputs['data'] ? datasetBytes(inputs['data'][0]) : exact(0)
  const pass = greatestOf(...models.map(model => passBytes(model, 'inference', batchSize)))
  return {
    bytes: sumOf(data, ...models.map(model => weightBytes(model, 3)), pass),
    engine: sumOf(...models.map(model => weightBytes(model, 1)), pass),
  }
}

export const benchmark = defineStep({
  kind: 'benchmark',
  revision: 2,
  params,
  lane: 'gpu',
  computes: true,
  draws: true,
  exclusive: true,
  perMachine: true,
  consumes: {
    models: list('model', 'The models to time.'),
    reference: one('model', 'The model that the ratios are against; timed too.'),
    data: optional('dataset', 'Its examples are what is run. Without it: uniform random numbers.'),
  },
  produces: {},
  predict,
  memory,
})
