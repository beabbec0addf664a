import type { Numbers } from '../../engine/graph/binding.js'
import { frozen } from '../../engine/graph/compare.js'
import type { Signature } from '../../engine/graph/emit.js'
import { drawRows, partOf, partsOf } from '../accumulate.js'
import { sizesOf } from '../graphs-on.js'
import { NotRecordable } from './not-recordable.js'
import { recordMove, recordPart } from './record-part.js'
import type { Shapes } from './record-part.js'
import type { NoiseFeed } from './record-step.js'
import { feedScaling, known } from './step-graphs.js'
import type { StepGraphs, Workshop } from './step-graphs.js'

interface Part {
  /** For the first part of a batch, and for those behind it. */
  readonly begin: Signature
  readonly add: Signature
  readonly noise: readonly NoiseFeed[]
}

/**
 * Steps on batches of which only `microBatch` examples run at once: a graph that adds the gradients of a part to sums in
 * the session, and one that moves the weights along them. The same sums in the same order as `accumulating`'s.
 */
export const partedSteps = (workshop: Workshop, batchSize: number, microBatch: number): StepGraphs => {
  const { options, program, scaling, feedsOf } = workshop
  const { train, examples, optimizer, mixedPrecision, fakeQuantization } = options
  const graphs = new Map<number, Part>()
  const sizes = sizesOf(train.count, batchSize).flatMap(size => sizesOf(size, microBatch))
  let shapes: Shapes = new Map()
  for (const size of new Set(sizes)) {
    const { recording, wanted, first, noise, ...made } = workshop.checked(train, size, (at, batch, like) =>
      recordPart(options, { ...workshop.sample(train, batch, at, false), share: 1 / (at + 2) }, like),
    )
    shapes = made.shapes
    graphs.set(size, {
      begin: program.add(`begin${size}`, recording, first, mixedPrecision),
      add: program.add(`add${size}`, recording, wanted, mixedPrecision),
      noise,
    })
  }
  const takeMove = (at: number, like?: Parameters<typeof recordMove>[3]) =>
    recordMove(
      options,
      { learningRate: 0.001 * (at + 1), ...(scaling ? { lossScale: 1 } : {}) },
      shapes,
      like,
    )
  const taken = takeMove(0)
  const why = frozen(taken, takeMove(1, taken.recording))
  if (why !== undefined) throw new NotRecordable(why)
  const move = program.add('move', taken.recording, taken.wanted)
  const first = new Map<string, Numbers>()
  for (const [name, shape] of shapes)
    first.set(`sum:${name}`, new Float32Array(shape.reduce((product, side) => product * side, 1)))

  return {
    readsRounded: fakeQuantization !== undefined,
    first,
    step: (session, batch, learningRate, random) => {
      const beginning = random.state()
      const output = new Float32Array(batch.count * examples.outputs)
      let loss = 0
      for (const rows of partsOf(batch.count, microBatch)) {
        random.restore(beginning)
        const { begin, add, noise } = known(graphs, rows.count)
        const feeds = feedsOf(train, partOf(batch, rows, examples), false)
        for (const { key, shape, draw } of noise) feeds.set(key, drawRows(random, rows, shape, draw))
        feeds.set('share', Float32Array.of(rows.count / rows.of))
        feedScaling(feeds, scaling)
        const results = session.run(rows.from === 0 ? begin : add, feeds)
        loss += results.get('loss')![0]!
        output.set(results.get('output') as Float32Array, rows.from * examples.outputs)
      }
      const scalars = optimizer.begin(learningRate)
      const results = session.run(
        move,
        new Map(scalars.map((value, at) => [`scalar:${at}`, Float32Array.of(value)])),
      )
      scaling?.hear(results.get('finite')![0] !== 0)
      return { loss, output }
    },
  }
}
