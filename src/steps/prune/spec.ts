import type { Fault } from '../../core/problem.js'
import type { ModelDescription } from '../../network/description.js'
import { passBytes, sumOf, timesOf, weightBytes } from '../../network/holding.js'
import type { DatasetDescription } from '../../sources/description.js'
import { datasetBytes } from '../data-bytes.js'
import {
  defineStep,
  one,
  optional,
  type DescribedInputs,
  type MemoryNeed,
  type Prediction,
} from '../define-step.js'
import { isStructured, params, type PruneConfig } from './fields.js'
import { describePruned, describeUnknown } from './predict.js'
import { targetsOf } from './targets.js'

/** Fields that contradict each other. */
const configFaults = (config: PruneConfig): Fault[] => {
  const faults: Fault[] = []
  if (config.method !== 'magnitude' && !isStructured(config))
    faults.push({
      code: 'prune-method',
      message: `method ${config.method} ranks filters and units, not single weights`,
      path: ['method'],
      hint: 'Add `granularity: filter`, or use `method: magnitude`.',
    })
  if (config.roundTo > 1 && !isStructured(config))
    faults.push({
      code: 'prune-round',
      message: 'roundTo rounds widths, and single weights leave the widths as they are',
      path: ['roundTo'],
      hint: 'Add `granularity: filter`, or leave `roundTo` out.',
    })
  return faults
}

const dataFaults = (
  config: PruneConfig,
  model: ModelDescription | undefined,
  data: { readonly description?: DatasetDescription } | undefined,
): Fault[] => {
  if (config.method === 'magnitude')
    return data || config.examples !== undefined
      ? [
          {
            code: 'unused-data',
            severity: 'warning',
            message: 'method magnitude looks at weights only: data and examples are not used',
            path: [data ? 'data' : 'examples'],
            hint: 'Leave them out, or use `method: activation`.',
          },
        ]
      : []
  if (!data)
    return [
      {
        code: 'prune-data',
        message: `method ${config.method} needs data to measure activations on`,
        path: ['method'],
        hint: 'Add `data: STEP`, the dataset that the model was trained on.',
      },
    ]
  const { description } = data
  if (!description) return []
  const faults: Fault[] = []
  const train = description.examples.train ?? 0
  if (train < Math.max(1, config.examples ?? 1))
    faults.push({
      code: 'prune-examples',
      message:
        train === 0
          ? 'the dataset has no split `train` to measure activations on'
          : `activations are asked for on ${config.examples} examples, and the split \`train\` has ${train}`,
      path: train === 0 ? ['data'] : ['examples'],
      ...(train === 0 ? {} : { hint: `Ask for at most ${train}.` }),
    })
  if (model && model.inputShape.join() !== description.shape.join())
    faults.push({
      code: 'shape-mismatch',
      message: `the model takes ${model.inputShape.join('×')}, and the data has ${description.shape.join('×')}`,
      path: ['data'],
    })
  return faults
}

const modelFaults = (model: ModelDescription): Fault[] => {
  if (model.format !== 'layers')
    return [{ code: 'model-format', message: 'ONNX models cannot be pruned yet', path: ['model'] }]
  if (model.quantized.weights === undefined) return []
  return [
    {
      code: 'already-quantized',
      message: `the weights of the model are integers (${model.quantized.weights})`,
      path: ['model'],
      hint: 'Prune the float model that it was made from, and quantize the result.',
    },
  ]
}

const predict = (config: PruneConfig, inputs: DescribedInputs): Prediction => {
  const model = inputs['model']?.[0]?.description as ModelDescription | undefined
  const data = inputs['data']?.[0] as { description?: DatasetDescription } | undefined
  const faults = [
    ...configFaults(config),
    ...(model ? modelFaults(model) : []),
    ...dataFaults(config, model, data),
  ]
  const isBroken = () => faults.some(({ severity }) => severity !== 'warning')
  if (!model || isBroken()) return { outputs: {}, faults }
  // Rules and granularity are about layers by name and kind, which are known where widths are not.
  const shown = model.network ?? model.between?.widest
  if (!shown) return { outputs: { model: describeUnknown(model, config) }, faults }
  const targets = targetsOf(shown, config)
  faults.push(...targets.faults)
  if (isBroken()) return { outputs: {}, faults }
  if (!model.network) return { outputs: { model: describeUnknown(model, config) }, faults }
  return { outputs: { model: describePruned(model, model.network, config, targets) }, faults }
}

/** Activations are measured on batches of 32 and copied out; several batches lie about until they are collected. */
const memory = (config: PruneConfig, inputs: DescribedInputs): MemoryNeed => {
  const model = inputs['model']![0]!.description as ModelDescription
  const weights = weightBytes(model, 5)
  if (config.method === 'magnitude') return { bytes: weights }
  const pass = passBytes(model, 'inference', 32)
  return {
    bytes: sumOf(weights, datasetBytes(inputs['data']?.[0]), pass && timesOf(pass, 8)),
    engine: sumOf(weightBytes(model, 1), pass),
  }
}

export const prune = defineStep({
  kind: 'prune',
  revision: 1,
  params,
  lane: 'gpu',
  computes: true,
  consumes: {
    model: one('model', 'The model to prune; float weights.'),
    data: optional('dataset', 'What activations are measured on, on its split `train`.'),
  },
  produces: { model: 'model' },
  predict,
  memory,
})
