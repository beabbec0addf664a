import { fail } from '../core/problem.js'
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

/** Operation by operation there are no tensors of 16 bits. */
const refuseMixed = ({ mixedPrecision }: TrainerOptions, why: string): void => {
  if (mixedPrecision !== undefined)
    fail(
      'mixed-precision-unavailable',
      `mixed precision needs each training step to be a graph of the native engine, and it cannot be one: ${why}`,
      'Leave mixedPrecision out, or set it to none.',
    )
}

/** The trainer that computes fastest here: as graphs on the native engine, where what is trained can be one, else operation by operation. */
export const openTrainer = async (options: TrainerOptions, course: Course): Promise<Trainer> => {
  const { batchSize, microBatch = batchSize } = course
  const byOperations = (why: string | undefined): Trainer =>
    microBatch < batchSize
      ? operationTrainer(options, why, accumulating(microBatch))
      : operationTrainer(options, why)
  const off = graphsOff()
  if (off) {
    refuseMixed(options, off.why ?? 'this engine runs no graphs')
    return byOperations(off.why)
  }
  const [{ graphTrainer }, { NotRecordable }] = await Promise.all([
    import('./graph/graph-trainer.js'),
    import('./graph/not-recordable.js'),
  ])
  try {
    return await graphTrainer(options, course)
  } catch (error) {
    if (!(error instanceof NotRecordable)) throw error
    refuseMixed(options, error.message)
    return byOperations(error.message)
  }
}
