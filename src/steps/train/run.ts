import type { RunStep } from '../../core/step-file.js'
import { supervised } from '../../fit/objective.js'
import type { TrainConfig } from './fields.js'
import { runTraining } from './run-training.js'

/** Trains a network, new or given, on its dataset. */
export const run: RunStep<TrainConfig> = async (step, context) => {
  const { output } = await runTraining(step, context, async ({ hard, penalty }) => supervised(hard, penalty))
  return output
}
