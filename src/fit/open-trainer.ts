import type { Split } from '../data/dataset.js'
import { accumulating } from './accumulate.js'
import { graphsOff } from './graphs-on.js'
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

const inPartsWhy = 'its batches run in parts, since memory ran out'

/** The trainer that computes fastest here: as graphs on the native engine, where what is trained can be one, else operation by operation. */
export const openTrainer = async (options: TrainerOptions, course: Course): Promise<Trainer> => {
  const off = graphsOff()
  const { batchSize, microBatch = batchSize } = course
  if (microBatch < batchSize)
    return operationTrainer(options, off ? off.why : inPartsWhy, accumulating(microBatch))
  if (off) return operationTrainer(options, off.why)
  const [{ graphTrainer }, { NotRecordable }] = await Promise.all([
    import('./graph/graph-trainer.js'),
    import('./graph/not-recordable.js'),
  ])
  try {
    return await graphTrainer(options, course)
  } catch (error) {
    if (error instanceof NotRecordable) return operationTrainer(options, error.message)
    throw error
  }
}
