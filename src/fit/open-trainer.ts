import type { Split } from '../data/dataset.js'
import { nativeBackend } from '../engine/graph/binding.js'
import { accumulating } from './accumulate.js'
import { operationTrainer } from './trainer.js'
import type { Trainer, TrainerOptions } from './trainer.js'

/** What a training goes through. */
export interface Course {
  readonly batchSize: number
  /** Examples of a batch that run at once. Absent: all. */
  readonly microBatch?: number
  /** Absent: nothing is looked at. */
  readonly validation?: Split
}

/** What the user switched off, in words. */
const switchedOff = 'TRIMTAB_GRAPH is off'

const inPartsWhy = 'its batches run in parts, since memory ran out'

/** The trainer that computes fastest here: as graphs on the native engine, where what is trained can be one, else operation by operation. */
export const openTrainer = async (options: TrainerOptions, course: Course): Promise<Trainer> => {
  const isNative = nativeBackend() !== undefined
  const { batchSize, microBatch = batchSize } = course
  if (microBatch < batchSize)
    return operationTrainer(options, isNative ? inPartsWhy : undefined, accumulating(microBatch))
  if (!isNative) return operationTrainer(options)
  if (process.env['TRIMTAB_GRAPH'] === 'off') return operationTrainer(options, switchedOff)
  const { graphTrainer, NotRecordable } = await import('./graph/graph-trainer.js')
  try {
    return await graphTrainer(options, course)
  } catch (error) {
    if (error instanceof NotRecordable) return operationTrainer(options, error.message)
    throw error
  }
}
