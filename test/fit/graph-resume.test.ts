import { differenceOf } from '../../src/core/promise.js'
import { Cancelled } from '../../src/core/step-file.js'
import { fit } from '../../src/fit/fit.js'
import type { FitOptions } from '../../src/fit/fit.js'
import { fromCheckpoint, toCheckpoint } from '../../src/fit/fit-state.js'
import type { FitState } from '../../src/fit/fit-state.js'
import { networkOf } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { openedNative, ran, trainingOf, withGraphs } from './graph-rig.js'

const test = suite('going on in graphs')

const network = networkOf(
  [
    { conv2d: { filters: 4, kernelSize: 2, activation: 'relu' } },
    'batchNormalization',
    'flatten',
    { dropout: { rate: 0.3 } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  [4, 3, 1],
)
const options = (more: Partial<FitOptions> = {}): FitOptions =>
  trainingOf(
    network,
    { epochs: 4, optimizer: { name: 'nadam', settings: { weightDecay: 0.01 } }, ...more },
    { classes: 3 },
  )

/** Trains until so many steps are done, and gives what was kept then. */
const until = async (steps: number, mode: 'on' | 'off'): Promise<FitState> => {
  let state: FitState | undefined
  let done = 0
  const begun = options({
    cancelled: () => done >= steps,
    learningRate: step => {
      done = step
      return 0.02 / (1 + step)
    },
    keeper: {
      isDue: () => false,
      keep: kept => {
        state = fromCheckpoint(toCheckpoint(kept))
        return Promise.resolve()
      },
    },
  })
  try {
    await withGraphs(mode, () => fit(begun))
    assert.unreachable()
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
  }
  begun.runnable.dispose()
  return state!
}

test('a training that was broken off goes on to the same weights, in graphs or out of them', async () => {
  if (!(await openedNative())) return
  const whole = await ran(options(), 'on')
  // After a step in the middle of an epoch, and after the last of one.
  for (const steps of [4, 6])
    for (const [before, after] of [
      ['on', 'on'],
      ['on', 'off'],
      ['off', 'on'],
    ] as const) {
      const resume = await until(steps, before)
      const rest = await ran(options({ resume }), after)
      assert.is(rest.result.steps, whole.result.steps)
      for (const [name, values] of whole.weights) {
        const apart = differenceOf(values, rest.weights.get(name)!)
        assert.ok(apart <= 1e-5, `${before}, ${after} after ${steps}: ${name} is ${apart} apart`)
      }
    }
})

test('early stopping ends with the weights of the best epoch', async () => {
  if (!(await openedNative())) return
  const stopping = { monitor: 'loss', patience: 2, minDelta: 0, restoreBest: true }
  // A rate that grows until it makes things worse.
  const make = (): FitOptions =>
    options({ epochs: 12, earlyStopping: stopping, learningRate: step => 0.0005 * 1.7 ** step })
  const graph = await ran(make(), 'on')
  const operations = await ran(make(), 'off')
  assert.equal(graph.result.execution, { mode: 'graph' })
  assert.ok(graph.result.stoppedEarly)
  assert.is(graph.result.epoch, operations.result.epoch)
  assert.ok(graph.result.epoch < graph.result.history.length)
  for (const [name, values] of graph.weights)
    assert.ok(differenceOf(values, operations.weights.get(name)!) <= 1e-5, name)
})
