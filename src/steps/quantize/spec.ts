import type { Fault } from '../../core/problem.js'
import { type ModelDescription, highest, lowest, range } from '../../network/description.js'
import { passBytes, sumOf, timesOf, weightBytes } from '../../network/holding.js'
import { describeNetwork } from '../../network/describe.js'
import type { DatasetDescription } from '../../sources/description.js'
import { datasetBytes } from '../data-bytes.js'
import {
  type DescribedInputs,
  type MemoryNeed,
  type Prediction,
  defineStep,
  one,
  optional,
} from '../define-step.js'
import { type QuantizeConfig, params } from './fields.js'
import { type FormatPlan, planFormats, predictedBytes } from './formats.js'

/** Examples that calibration runs on. */
export const calibrationExamples = (config: QuantizeConfig, available: number): number =>
  config.calibration.examples ?? Math.min(512, available)

const dataFaults = (
  config: QuantizeConfig,
  model: ModelDescription | undefined,
  data: { readonly description?: DatasetDescription } | undefined,
): Fault[] => {
  if (config.activations === undefined) return []
  if (!data)
    return [
      {
        code: 'calibration-data',
        message: 'activations can only be quantized with data to calibrate on',
        path: ['activations'],
        hint: 'Add `data: STEP`, the dataset that the model was trained on, or leave `activations` out.',
      },
    ]
  const { description } = data
  if (!description) return []
  const train = description.examples.train ?? 0
  const asked = calibrationExamples(config, train)
  const faults: Fault[] = []
  if (train < Math.max(1, asked))
    faults.push({
      code: 'calibration-examples',
      message:
        train === 0
          ? 'the dataset has no split `train` to calibrate on'
          : `calibration asks for ${asked} examples, the split \`train\` has ${train}`,
      path: train === 0 ? ['data'] : ['calibration', 'examples'],
      hint:
        train === 0 ? 'Give it one, such as `split: {train: 0.9, test: 0.1}`.' : `Ask for at most ${train}.`,
    })
  if (model && model.inputShape.join() !== description.shape.join())
    faults.push({
      code: 'shape-mismatch',
      message: `the model takes ${model.inputShape.join('×')}, the data has ${description.shape.join('×')}`,
      path: ['data'],
    })
  return faults
}

const alreadyQuantized = (model: ModelDescription): Fault[] => {
  const format = model.quantized.weights ?? model.quantized.activations
  return format === undefined
    ? []
    : [
        {
          code: 'already-quantized',
          message: `the model is quantized already (${format})`,
          path: ['model'],
          hint: 'Quantize the float model that it was made from: rounding twice only adds error.',
        },
      ]
}

const described = (model: ModelDescription, plan: FormatPlan): ModelDescription => ({
  ...describeNetwork(model.network!, {
    quantized: plan.quantized,
    nonZero: range(0, highest(model.nonZero)),
    bytes: predictedBytes(model.network!, plan),
    ...(model.classNames ? { classNames: model.classNames } : {}),
  }),
})

/** Of a model whose widths only a run can tell: bytes grow with every width. */
const describedBetween = (
  model: ModelDescription,
  { narrowest, widest }: NonNullable<ModelDescription['between']>,
  config: QuantizeConfig,
): Prediction => {
  const [low, high] = [planFormats(narrowest, config), planFormats(widest, config)]
  if (high.faults.length > 0) return { outputs: {}, faults: high.faults }
  const bytes = range(predictedBytes(narrowest, low), predictedBytes(widest, high))
  const nonZero = range(0, highest(model.nonZero))
  return { outputs: { model: { ...model, bytes, nonZero, quantized: high.quantized } } }
}

const predict = (config: QuantizeConfig, inputs: DescribedInputs): Prediction => {
  const model = inputs['model']?.[0]?.description as ModelDescription | undefined
  const data = inputs['data']?.[0] as { description?: DatasetDescription } | undefined
  const faults = [...(model ? alreadyQuantized(model) : []), ...dataFaults(config, model, data)]
  if (!model || faults.length > 0) return { outputs: {}, faults }
  if (model.format !== 'layers')
    return {
      outputs: {},
      faults: [{ code: 'model-format', message: 'ONNX models cannot be quantized yet', path: ['model'] }],
    }
  if (!model.network) {
    if (model.between) return describedBetween(model, model.between, config)
    // Nothing is known but figures: each parameter takes from one byte to its four and a scale.
    const bytes = range(lowest(model.parameters), highest(model.bytes) * 3)
    return { outputs: { model: { ...model, bytes, nonZero: range(0, highest(model.nonZero)) } } }
  }
  const plan = planFormats(model.network, config)
  if (plan.faults.length > 0) return { outputs: {}, faults: plan.faults }
  return { outputs: { model: described(model, plan) } }
}

/** Weights in several precisions side by side; calibration reads what enters every layer. */
const memory = (config: QuantizeConfig, inputs: DescribedInputs): MemoryNeed => {
  const model = inputs['model']![0]!.description as ModelDescription
  const weights = weightBytes(model, 6)
  if (config.activations === undefined) return { bytes: weights }
  const data = inputs['data']?.[0]
  const train = (data?.description as DatasetDescription | undefined)?.examples.train ?? 0
  const examples = Math.min(config.calibration.batchSize, calibrationExamples(config, train))
  const pass = passBytes(model, 'inference', examples)
  return {
    bytes: sumOf(weights, datasetBytes(data), pass && timesOf(pass, 2)),
    engine: sumOf(weightBytes(model, 1), pass),
  }
}

export const quantize = defineStep({
  kind: 'quantize',
  revision: 1,
  params,
  lane: 'gpu',
  computes: true,
  draws: true,
  consumes: {
    model: one('model', 'The float model.'),
    data: optional('dataset', 'Calibrates activations, on its split `train`.'),
  },
  produces: { model: 'model' },
  predict,
  memory,
})
