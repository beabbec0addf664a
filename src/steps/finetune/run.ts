import type { RunStep } from '../../core/step-file.js'
import { supervised } from '../../fit/objective.js'
import { runTraining } from '../train/run-training.js'
import type { FinetuneConfig } from './spec.js'

/** Trains a model further and keeps its masks and quantized formats. */
export const run: RunStep<FinetuneConfig> = async (step, context) => {
  const { output } = await runTraining(step, context, async ({ hard, penalty }) => supervised(hard, penalty))
  return output
}
