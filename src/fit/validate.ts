import { Cancelled } from '../core/step-file.js'
import type { Split } from '../data/dataset.js'
import { tf } from '../engine/tf.js'
import type { Runnable } from '../model/runnable.js'
import { examplesOf } from './examples.js'
import type { ExampleOptions } from './examples.js'
import { speak } from './gradient-step.js'
import type { Objective } from './objective.js'
import { createTally } from './scores.js'

export interface ValidateOptions {
  readonly runnable: Runnable
  readonly objective: Objective
  readonly examples: ExampleOptions
  readonly scores: readonly string[]
  readonly batchSize: number
  readonly cancelled: () => boolean
}

/** The plain loss, the scores and what the objective measures, as means over a split. */
export const validate = async (options: ValidateOptions, split: Split): Promise<Record<string, number>> => {
  const { runnable, objective, scores, cancelled } = options
  const { task, inputShape, outputs } = options.examples
  const tally = createTally(task, scores)
  for (const batch of split.batches(options.batchSize)) {
    if (cancelled()) throw new Cancelled()
    const results = tf.tidy(() => {
      const examples = examplesOf(split, batch, { task, inputShape, outputs })
      const given = objective.prepare(examples)
      const said = speak(runnable, examples.x, objective.taps)
      const loss = objective.plainLoss(examples, said, given)
      return { output: said.output, loss, measured: { ...objective.measure(examples, said, given) } }
    })
    const output = (await results.output.data()) as Float32Array
    const sums: Record<string, number> = { loss: (await results.loss.data())[0]! * batch.count }
    for (const [name, sum] of Object.entries(results.measured)) sums[name] = (await sum.data())[0]!
    tf.dispose([results.output, results.loss, ...Object.values(results.measured)])
    tally.add(batch.count, sums)
    tally.score(batch, output, outputs)
  }
  return tally.means()
}
