import { Type } from 'typebox'
import type { Static } from 'typebox'
import { defineStep, one } from '../define-step.js'
import { trainingFields } from '../train/fields.js'
import { trainingMemory } from '../train/memory.js'
import { trainingWork } from '../work.js'
import { predictTraining } from '../train/predict.js'

const params = Type.Object(trainingFields({ epochs: 2 }), {
  additionalProperties: false,
  description:
    'Train a model further after it was made smaller: removed weights stay 0, quantized weights and activations keep their formats.',
})
export type FinetuneConfig = Static<typeof params>

export const finetune = defineStep({
  kind: 'finetune',
  revision: 2,
  params,
  lane: 'gpu',
  computes: true,
  draws: true,
  checkpoints: true,
  microBatches: true,
  consumes: {
    model: one('model', 'The model to go on from.'),
    data: one('dataset', 'Trains on its split `train`, watches `validation`.'),
  },
  produces: { model: 'model' },
  predict: predictTraining,
  memory: trainingMemory,
  work: trainingWork,
})
