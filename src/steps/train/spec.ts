import { defineStep, either, one } from '../define-step.js'
import { trainParams } from './fields.js'
import { trainingMemory } from './memory.js'
import { trainingWork } from '../work.js'
import { predictTraining } from './predict.js'

export const train = defineStep({
  kind: 'train',
  revision: 2,
  params: trainParams,
  lane: 'gpu',
  computes: true,
  draws: true,
  checkpoints: true,
  microBatches: true,
  consumes: {
    model: either('model', 'A new network as `{layers: […]}`, or the model to go on from.'),
    data: one('dataset', 'Trains on its split `train`, watches `validation`.'),
  },
  produces: { model: 'model' },
  predict: predictTraining,
  memory: trainingMemory,
  work: trainingWork,
})
