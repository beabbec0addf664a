import { Type } from 'typebox'
import { digestValue } from '../../../src/core/hash.js'
import type { RunStep } from '../../../src/core/step-file.js'
import { exact, type ModelDescription } from '../../../src/network/description.js'
import { defineStep, list, one, optional } from '../../../src/steps/define-step.js'

const closed = { additionalProperties: false } as const

const describe = (size: number): ModelDescription => ({
  type: 'model',
  format: 'layers',
  inputShape: [4],
  outputShape: [2],
  parameters: exact(size),
  nonZero: exact(size),
  macs: exact(size),
  bytes: exact(size * 4),
  quantized: {},
})

const sizeOf = (description: unknown): number => {
  const { parameters } = description as ModelDescription
  return 'exact' in parameters ? parameters.exact : parameters.high
}

/** A model of so many weights that is right this often; `fails`: its run does. */
export const given = defineStep({
  kind: 'given',
  revision: 1,
  params: Type.Object(
    {
      accuracy: Type.Number(),
      size: Type.Integer({ default: 100 }),
      fails: Type.Boolean({ default: false }),
    },
    closed,
  ),
  produces: { model: 'model' },
  module: import.meta.url,
  predict: ({ size }) => ({ outputs: { model: describe(size) } }),
})

/** The same model, right more or less often. An odd number of weights is refused. */
export const shift = defineStep({
  kind: 'shift',
  revision: 1,
  params: Type.Object({ by: Type.Number({ default: 0 }) }, closed),
  consumes: { model: one('model'), other: optional('model') },
  produces: { model: 'model' },
  module: import.meta.url,
  predict: (_, inputs) => {
    const size = sizeOf(inputs['model']![0]!.description)
    const odd = { code: 'odd', message: `${size} weights cannot be shifted`, path: ['model'] }
    return size % 2 === 1 ? { outputs: {}, faults: [odd] } : { outputs: { model: describe(size) } }
  },
})

/** How often models are right: on validation as they say, on test a tenth less often. */
export const gauge = defineStep({
  kind: 'gauge',
  revision: 1,
  params: Type.Object({}, closed),
  consumes: { models: list('model') },
  produces: { metrics: 'metrics' },
  expands: 'models',
  measures: () => ['accuracy'],
  module: import.meta.url,
})

/** Takes any number of models, and says how many there were. */
export const collect = defineStep({
  kind: 'collect',
  revision: 1,
  params: Type.Object({}, closed),
  consumes: { models: list('model') },
  produces: { metrics: 'metrics' },
  module: import.meta.url,
})

export const gauged = [given, shift, gauge, collect]

interface Config {
  readonly accuracy?: number
  readonly size?: number
  readonly by?: number
  readonly fails?: boolean
}

export const run: RunStep<Config> = async ({ kind, config, inputs }, context) => {
  const models = Object.values(inputs).flatMap(each => each ?? [])
  const right = models.map(({ artifact }) => artifact.meta['accuracy'] as number)
  if (kind === 'gauge' || kind === 'collect') {
    const figures = kind === 'gauge' ? { accuracy: right[0]! } : { models: models.length }
    const test = kind === 'gauge' ? { accuracy: right[0]! - 0.1 } : figures
    const metrics = { validation: figures, test }
    const digest = digestValue(metrics)
    return {
      outputs: {
        metrics: { type: 'metrics', digest, bytes: 0, storedBytes: 0, objects: {}, meta: { metrics } },
      },
      metrics,
    }
  }
  if (config.fails) throw new Error('as it was told to')
  const size = config.size ?? sizeOf(models[0]!.artifact.meta['description'])
  const accuracy = config.accuracy ?? right[0]! + config.by!
  const bytes = Buffer.from(JSON.stringify([size, accuracy]))
  const objects = { body: { digest: await context.put(bytes), bytes: bytes.length } }
  const meta = { description: describe(size), accuracy }
  const digest = digestValue({ type: 'model', objects, meta })
  return {
    outputs: { model: { type: 'model', digest, bytes: size * 4, storedBytes: bytes.length, objects, meta } },
  }
}
