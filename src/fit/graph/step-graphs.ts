import type { Random } from '../../core/random.js'
import type { Batch, Split } from '../../data/dataset.js'
import type { Numbers } from '../../engine/graph/binding.js'
import type { Take } from '../../engine/graph/compare.js'
import type { Signature } from '../../engine/graph/emit.js'
import type { Program } from '../../engine/graph/program.js'
import type { Recording } from '../../engine/graph/recorder.js'
import type { Session } from '../../engine/graph/session.js'
import { drawArray } from '../../model/noise.js'
import { sizesOf } from '../graphs-on.js'
import type { Stepped, TrainerOptions } from '../trainer.js'
import type { LossScaling } from './loss-scale.js'
import { recordStep } from './record-step.js'
import type { NoiseFeed, Sample } from './record-step.js'

/** What recording a step needs, and what a step does then. */
export interface Workshop {
  readonly options: TrainerOptions
  readonly program: Program
  readonly scaling?: LossScaling
  /** Numbers to record with, others for each `at`. */
  sample(split: Split, batch: Batch, at: number, plain: boolean): Sample
  /** One recording on examples of a split, held against a second one right behind it. Throws `NotRecordable`. */
  checked<T extends Take>(
    split: Split,
    size: number,
    take: (at: number, batch: Batch, like?: Recording) => T,
  ): T
  /** Puts weights and what the optimizer remembers back as they were. */
  restore(): void
  /** The batch's own numbers, and what the objective knows of it. */
  readonly feedsOf: (split: Split, batch: Batch, plain: boolean) => Map<string, Numbers>
}

/** Training steps as graphs. */
export interface StepGraphs {
  /** They read weights that were rounded before. */
  readonly readsRounded: boolean
  /** What their own variables hold at first. */
  readonly first: ReadonlyMap<string, Numbers>
  step(session: Session, batch: Batch, learningRate: number, random: Random): Stepped
}

/** The graph for a count of examples. */
export const known = <T>(of: ReadonlyMap<number, T>, count: number): T => {
  const found = of.get(count)
  if (found === undefined) throw new Error(`no graph of ${count} examples was recorded`)
  return found
}

export const feedScaling = (feeds: Map<string, Numbers>, scaling: LossScaling | undefined): void => {
  if (scaling === undefined) return
  feeds.set('lossScale', Float32Array.of(scaling.scale))
  feeds.set('lossUnscale', Float32Array.of(1 / scaling.scale))
}

/** Steps on whole batches: one graph for each size. */
export const wholeSteps = (workshop: Workshop, batchSize: number): StepGraphs => {
  const { options, program, scaling, feedsOf } = workshop
  const { train, optimizer, mixedPrecision } = options
  const graphs = new Map<number, { readonly signature: Signature; readonly noise: readonly NoiseFeed[] }>()
  for (const size of sizesOf(train.count, batchSize)) {
    // There are no weights behind a step in which nothing was computed.
    if (graphs.size > 0) workshop.restore()
    const { recording, wanted, noise } = workshop.checked(train, size, (at, batch, like) =>
      recordStep(options, workshop.sample(train, batch, at, false), like),
    )
    graphs.set(size, { signature: program.add(`train${size}`, recording, wanted, mixedPrecision), noise })
  }
  return {
    readsRounded: false,
    first: new Map(),
    step: (session, batch, learningRate, random) => {
      const { signature, noise } = known(graphs, batch.count)
      const feeds = feedsOf(train, batch, false)
      for (const { key, shape, draw } of noise) feeds.set(key, drawArray(random, shape, draw))
      optimizer.begin(learningRate).forEach((value, at) => feeds.set(`scalar:${at}`, Float32Array.of(value)))
      feedScaling(feeds, scaling)
      const results = session.run(signature, feeds)
      scaling?.hear(results.get('finite')![0] !== 0)
      return { loss: results.get('loss')![0]!, output: results.get('output') as Float32Array }
    },
  }
}
