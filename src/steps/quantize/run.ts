import { ProblemError, fail, problem } from '../../core/problem.js'
import type { RunStep, StepContext, StepFile } from '../../core/step-file.js'
import { openDataset } from '../../data/open.js'
import { openEngine } from '../../engine/open.js'
import type { Model } from '../../model/model.js'
import { toFloat } from '../../model/quantization.js'
import { quantizeWeights } from '../../model/quantize-model.js'
import { loadModel, storeModel } from '../../model/store-model.js'
import type { QuantizeConfig } from './fields.js'
import { type FormatPlan, planFormats } from './formats.js'
import { type Calibrated, activationsOf, rangesOn, sample } from './run-calibrate.js'
import { weightErrors } from './run-errors.js'
import { calibrationExamples } from './spec.js'

type Step = StepFile<QuantizeConfig>

const refuseUnfit = (model: Model): void => {
  if (model.weights.some(({ quantization }) => quantization) || model.marks.activations.size > 0)
    fail(
      'already-quantized',
      'the model is quantized already',
      'Quantize the float model that it was made from: rounding twice only adds error.',
    )
  const broken = model.weights.flatMap(({ name, shape, data }) => {
    const count = toFloat({ shape, data }).filter(value => !Number.isFinite(value)).length
    return count === 0
      ? []
      : [
          problem(
            'weight-not-finite',
            `weight "${name}" holds ${count} ${count === 1 ? 'value that is' : 'values that are'} not finite, for which no integer can stand`,
            {
              hint: 'The training that made the model diverged: lower its learning rate or clip its gradients.',
            },
          ),
        ]
  })
  if (broken.length > 0) throw new ProblemError(...broken)
}

const planned = (model: Model, config: QuantizeConfig): FormatPlan => {
  const plan = planFormats(model.network, config)
  if (plan.faults.length > 0)
    throw new ProblemError(
      ...plan.faults.map(({ code, message, hint }) =>
        problem(code, message, hint === undefined ? {} : { hint }),
      ),
    )
  return plan
}

const calibrate = async (
  step: Step,
  context: StepContext,
  model: Model,
  layers: readonly string[],
): Promise<{ readonly ranges: readonly Calibrated[]; readonly examples: number }> => {
  if (layers.length === 0) return { ranges: [], examples: 0 }
  const input = step.inputs['data']?.[0]
  const dataset = input && (await openDataset(input.artifact, digest => context.open(digest)))
  const split = dataset?.split('train')
  if (!split) return fail('calibration-data', 'there is no split `train` to calibrate activations on')
  const examples = calibrationExamples(step.config, split.count)
  if (examples > split.count)
    return fail(
      'calibration-examples',
      `calibration asks for ${examples} examples, the split \`train\` has ${split.count}`,
      `Ask for at most ${split.count}.`,
    )
  await openEngine(step.engine.name, { threads: () => context.threads() })
  const chosen = sample(split, examples, step.seed)
  return { ranges: await rangesOn(model, chosen, layers, step.config.calibration, context), examples }
}

const notesOf = (plan: FormatPlan): string[] => {
  const { weights, activations } = plan.quantized
  const what = [weights ? `${weights} weights` : '', activations ? `${activations} activations` : '']
  return [
    `${what.filter(Boolean).join(' and ')}: ${weights ? 'weights are stored as integers; ' : ''}every evaluation simulates the quantization in float32, so its accuracy is that of the integers, its speed is not`,
  ]
}

/** Stores a model's weights as integers, with the formats of its layers' outputs beside them where activations are asked for. */
export const run: RunStep<QuantizeConfig> = async (step, context) => {
  const model = await loadModel(step.inputs['model']![0]!.artifact, digest => context.open(digest))
  refuseUnfit(model)
  const plan = planned(model, step.config)
  const { ranges, examples } = await calibrate(step, context, model, [...plan.activations.keys()])
  const activations = activationsOf(plan, ranges)
  const quantized: Model = {
    ...model,
    weights: quantizeWeights(model.network, model.weights, plan.weights, activations),
    marks: { ...model.marks, activations },
  }
  const artifact = await storeModel(quantized, bytes => context.put(bytes))
  return {
    outputs: { model: artifact },
    record: {
      weights: weightErrors(model, quantized),
      activations: ranges.map(({ layer, low, high }) => {
        const { dtype, scale, bias } = activations.get(layer)!
        return { layer, dtype, low, high, scale: scale[0]!, bias: bias[0]! }
      }),
      ...(examples > 0 ? { calibration: { ...step.config.calibration, split: 'train', examples } } : {}),
    },
    notes: notesOf(plan),
  }
}
