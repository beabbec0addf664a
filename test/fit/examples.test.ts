import type { Batch } from '../../src/data/dataset.js'
import { balancedWeights, namedWeights } from '../../src/fit/class-weights.js'
import { truthOf } from '../../src/fit/examples.js'
import { createTally, scores } from '../../src/fit/scores.js'
import { createStopper } from '../../src/fit/stopping.js'
import { assert, suite } from '../suite.js'

const test = suite('examples, scores and stopping')

const batchOf = (labels: number[], targets: number[] = []): Batch => ({
  count: labels.length,
  x: new Float32Array(0),
  labels: Int32Array.from(labels),
  targets: Float32Array.from(targets),
  indices: new Uint32Array(labels.length),
})
const near = (got: ArrayLike<number>, want: readonly number[]): void => {
  assert.is(got.length, want.length)
  want.forEach((value, at) => assert.ok(Math.abs(got[at]! - value) < 1e-6, Array.from(got).join()))
}

test('classes become rows, smoothed so that they still sum to 1', () => {
  near(truthOf(batchOf([2, 0]), 'classification', 3), [0, 0, 1, 1, 0, 0])
  near(truthOf(batchOf([1]), 'classification', 4, 0.2), [0.05, 0.85, 0.05, 0.05])
  near(truthOf(batchOf([1, 0]), 'classification', 1), [1, 0])
  near(truthOf(batchOf([1, 0]), 'classification', 1, 0.2), [0.9, 0.1])
  near(truthOf({ ...batchOf([], [1, 2, 3, 4]), count: 2 }, 'regression', 2), [1, 2, 3, 4])
})

test('balanced weights give every class that occurs the same sum', () => {
  const labels = Int32Array.of(0, 0, 0, 2, 2, 0)
  const weights = balancedWeights(labels, 4)
  near(weights, [6 / (2 * 4), 1, 6 / (2 * 2), 1])
  near(
    [0, 2].map(label => labels.filter(each => each === label).length * weights[label]!),
    [3, 3],
  )
  near(namedWeights({ bee: 2, '2': 0.5 }, 3, ['ant', 'bee', 'cat']), [1, 2, 0.5])
  near(namedWeights({ '0': 3 }, 2), [3, 1])
})

test('of equal outputs the first is taken; a NaN is never right', () => {
  const { accuracy, top5 } = scores.classification
  assert.is(accuracy!(batchOf([0, 1, 0]), Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.2, 0.8), 2), 1)
  assert.is(accuracy!(batchOf([0, 1]), Float32Array.of(NaN, 0, NaN, NaN), 2), 0)
  assert.is(accuracy!(batchOf([0, 1, 1]), Float32Array.of(0.5, 0.51, 0.2), 1), 2)
  assert.is(top5!(batchOf([5, 4, 0]), new Float32Array(18), 6), 2)
})

test('means are over examples, however they are batched', () => {
  const tally = createTally('regression', ['meanSquaredError', 'meanAbsoluteError'])
  tally.score({ ...batchOf([], [1, 1, 1, 1]), count: 2 }, Float32Array.of(2, 1, 1, -1), 2)
  tally.score({ ...batchOf([], [0, 0]), count: 1 }, Float32Array.of(3, 0), 2)
  tally.add(3, { loss: 6 })
  const { meanSquaredError, meanAbsoluteError, loss } = tally.means()
  near([meanSquaredError!, meanAbsoluteError!, loss!], [14 / 6, 6 / 6, 2])
})

test('it stops when patience is out, and an improvement must be large enough', () => {
  const run = (monitor: string, patience: number, minDelta: number, values: number[]) => {
    const stopper = createStopper({ monitor, patience, minDelta, restoreBest: true })
    const stops = values.findIndex((value, at) => stopper.judge(at + 1, value).stop) + 1
    return [stops, stopper.bestEpoch]
  }
  assert.equal(run('loss', 2, 0, [3, 2, 2, 2.5, 1]), [4, 2])
  assert.equal(run('loss', 2, 0.5, [3, 2.6, 2.4, 2.2]), [0, 3])
  assert.equal(run('accuracy', 1, 0, [0.5, 0.6, 0.6]), [3, 2])
  assert.equal(run('meanAbsoluteError', 3, 0, [1, 2, NaN, 0.5]), [0, 4])
})
