import type { Split } from '../data/dataset.js'
import { operationTrainer } from './trainer.js'
import type { Trainer, TrainerOptions } from './trainer.js'

export interface Course {
  readonly batchSize: number
  /** Absent: nothing is looked at. */
  readonly validation?: Split
}

export const openTrainer = async (options: TrainerOptions, _course: Course): Promise<Trainer> =>
  operationTrainer(options)
