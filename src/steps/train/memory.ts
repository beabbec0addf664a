import { range, type ModelDescription } from '../../network/description.js'
import { passBytes, sumOf, weightBytes } from '../../network/holding.js'
import { numberBytes, optimizerNumbers, weightNumbers } from '../../network/memory.js'
import { resolveOptimizer } from '../../network/optimizers.js'
import type { DatasetDescription } from '../../sources/description.js'
import { datasetBytes } from '../data-bytes.js'
import type { DescribedInputs, MemoryNeed, Prediction } from '../define-step.js'
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
): MemoryNeed => {
  const model = outputs['model'] as ModelDescription | undefined
  const data = inputs['data']?.[0]
  const ends = model?.network ? [model.network] : Object.values(model?.between ?? {})
  if (!model || ends.length === 0) return {}
  const { type, ...settings } = resolveOptimizer(config.optimizer)
  const { slots, scratch } = optimizerNumbers(type, settings)
  const moved = ends.map(network => {
    const { trainable, largest } = weightNumbers(network)
    return numberBytes * (slots * trainable + scratch * largest)
  })
  const examples = (data?.description as DatasetDescription | undefined)?.examples.train ?? config.batchSize
  // Training through quantized formats rounds every weight anew; the best epoch is one copy more.
  const rounding = model.quantized.weights === undefined ? 0 : 6
  const best = config.earlyStopping?.restoreBest ? 1 : 0
  const onEngine = sumOf(
    range(Math.min(...moved), Math.max(...moved)),
    passBytes(model, 'training', Math.min(config.batchSize, examples)),
  )
  return {
    bytes: sumOf(datasetBytes(data), weightBytes(model, 8 + rounding + best), onEngine),
    engine: sumOf(weightBytes(model, 3), onEngine),
  }
}
