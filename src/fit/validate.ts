import { Cancelled } from '../core/step-file.js'
import type { Split } from '../data/dataset.js'
import type { ExampleOptions } from './examples.js'
import { createTally } from './scores.js'
import type { Trainer } from './trainer.js'

export interface ValidateOptions {
  readonly trainer: Pick<Trainer, 'look'>
  readonly examples: ExampleOptions
  readonly scores: readonly string[]
  readonly batchSize: number
  readonly cancelled: () => boolean
}

/** The plain loss, the scores and what the objective measures, as means over a split. */
export const validate = async (options: ValidateOptions, split: Split): Promise<Record<string, number>> => {
  const { trainer, scores, cancelled } = options
  const { task, outputs } = options.examples
  const tally = createTally(task, scores)
  for (const batch of split.batches(options.batchSize)) {
    if (cancelled()) throw new Cancelled()
    const { loss, output, measured } = await trainer.look(split, batch)
    tally.add(batch.count, { loss: loss * batch.count, ...measured })
    tally.score(batch, output, outputs)
  }
  return tally.means()
}
