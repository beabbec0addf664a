import { exact, type Figure, type ModelDescription } from '../../network/description.js'
import { passBytes, sumOf, weightBytes } from '../../network/holding.js'
import { numberBytes, optimizerNumbers, weightNumbers } from '../../network/memory.js'
import { resolveOptimizer } from '../../network/optimizers.js'
import type { DatasetDescription } from '../../sources/description.js'
import { datasetBytes } from '../data-bytes.js'
import type { DescribedInputs, Prediction } from '../define-step.js'
import type { TrainingConfig } from './fields.js'

/**
 * Weights are there eight times when the most is held: as they were drawn or read, on the engine, as gradients, and, at
 * the end, read back and stored. Beside them stand what the optimizer remembers and its scratch for one weight, what
 * the layers gave for one batch, and the data.
 */
export const trainingMemory = (
  config: TrainingConfig,
  inputs: DescribedInputs,
  outputs: Prediction['outputs'],
): Figure | undefined => {
  const model = outputs['model'] as ModelDescription | undefined
  const data = inputs['data']?.[0]
  const network = model?.network ?? model?.between?.widest
  if (!model || !network) return undefined
  const { trainable, largest } = weightNumbers(network)
  const { type, ...settings } = resolveOptimizer(config.optimizer)
  const { slots, scratch } = optimizerNumbers(type, settings)
  const examples = (data?.description as DatasetDescription | undefined)?.examples.train ?? config.batchSize
  // Training through quantized formats rounds every weight anew; the best epoch is one copy more.
  const rounding = model.quantized.weights === undefined ? 0 : 6
  const best = config.earlyStopping?.restoreBest ? 1 : 0
  return sumOf(
    datasetBytes(data),
    weightBytes(model, 8 + rounding + best),
    exact(numberBytes * (slots * trainable + scratch * largest)),
    passBytes(model, 'training', Math.min(config.batchSize, examples)),
  )
}
