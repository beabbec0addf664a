import type { Network } from '../../network/network.js'
import type { ModelDescription } from '../../network/description.js'
import { type DescribedInputs, type Prediction, defineStep, either, list, one } from '../define-step.js'
import { trainingWork } from '../work.js'
import { predictTraining } from '../train/predict.js'
import { distillFaults, temperatureFaults } from './checks.js'
import { distillMemory } from './memory.js'
import { type DistillConfig, distillParams } from './fields.js'

const predict = (config: DistillConfig, inputs: DescribedInputs): Prediction => {
  const student = predictTraining(config, inputs)
  const faults = [...(student.faults ?? []), ...temperatureFaults(config)]
  const model = student.outputs['model'] as ModelDescription | undefined
  const given = (inputs['teachers'] ?? []).map(({ from, description }) => ({
    from,
    model: description as ModelDescription | undefined,
  }))
  given.forEach(({ from, model: teacher }, at) => {
    if (teacher && teacher.format !== 'layers')
      faults.push({
        code: 'model-format',
        message: `teacher "${from}" is an ONNX model, which cannot teach yet`,
        path: ['teachers', at],
      })
  })
  // A teacher whose widths only a run can tell is held against the student when the step starts.
  const teachers = given.map(({ from, model: teacher }) => ({ from, network: teacher?.network }))
  const known = (each: { network: Network | undefined }): each is { from: string; network: Network } =>
    each.network !== undefined
  if (model?.network && teachers.every(known)) faults.push(...distillFaults(config, model.network, teachers))
  return { outputs: faults.length === 0 ? student.outputs : {}, faults }
}

export const distill = defineStep({
  kind: 'distill',
  revision: 2,
  params: distillParams,
  lane: 'gpu',
  computes: true,
  draws: true,
  checkpoints: true,
  microBatches: true,
  consumes: {
    teachers: list('model', 'The models to learn from; their probabilities are averaged.'),
    model: either('model', 'The student: a new network as `{layers: […]}`, or a model to go on from.'),
    data: one('dataset', 'Trains on its split `train`, watches `validation`.'),
  },
  produces: { model: 'model' },
  predict,
  memory: distillMemory,
  work: trainingWork,
})
