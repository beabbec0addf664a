import { differenceOf } from '../../src/core/promise.js'
import { ProblemError } from '../../src/core/problem.js'
import { Cancelled } from '../../src/core/step-file.js'
import type { HalfType } from '../../src/engine/graph/mixed-precision.js'
import { tf } from '../../src/engine/tf.js'
import { fit } from '../../src/fit/fit.js'
import type { FitOptions } from '../../src/fit/fit.js'
import { fromCheckpoint, toCheckpoint } from '../../src/fit/fit-state.js'
import type { FitState } from '../../src/fit/fit-state.js'
import { lossScaleSlot } from '../../src/fit/graph/loss-scale.js'
import { losses } from '../../src/fit/losses.js'
import { supervised } from '../../src/fit/objective.js'
import type { Objective } from '../../src/fit/objective.js'
import { networkOf } from '../model/networks.js'
import { drawnSplit, nets } from '../engine/parity/net-parts.js'
import type { Net } from '../engine/parity/net-parts.js'
import { assert, suite } from '../suite.js'
import { openedNative, ran, trainingOf, withGraphs } from './graph-rig.js'
import type { Ran } from './graph-rig.js'

const test = suite('training in mixed precision')

const halves: readonly HalfType[] = ['float16', 'bfloat16']
const sgd = { name: 'sgd', settings: {} }

/** Without kinks and maxima, which another rounding can take to the other side. */
const smooth: Readonly<Record<string, Net>> = {
  ...nets,
  gru: { input: [5, 3], layers: [{ gru: { units: 5 } }, { dense: { units: 4, activation: 'softmax' } }] },
  'residual with batch normalization': {
    input: [6, 6, 3],
    layers: [
      { conv2d: { filters: 4, kernelSize: 3, padding: 'same', activation: 'tanh', name: 'first' } },
      { conv2d: { filters: 4, kernelSize: 3, padding: 'same', useBias: false } },
      'batchNormalization',
      { activation: { activation: 'sigmoid', name: 'second' } },
      { add: { from: ['first', 'second'] } },
      { conv2d: { filters: 3, kernelSize: 3, activation: 'elu' } },
      'globalAveragePooling2d',
      { dense: { units: 4, activation: 'softmax' } },
    ],
  },
}

/** One step of gradient descent with rate 1: what the weights lose is the gradient. */
const oneStep = (name: string, more: Partial<FitOptions> = {}): FitOptions => {
  const net = smooth[name]!
  const { validation: _, ...options } = trainingOf(networkOf(net.layers, net.input), {}, { classes: 4 })
  return {
    ...options,
    train: drawnSplit(net, 8, 4),
    epochs: 1,
    batchSize: 8,
    optimizer: sgd,
    learningRate: () => 1,
    ...more,
  }
}

const gradientsOf = async (
  make: () => FitOptions,
): Promise<Ran & { gradients: Map<string, Float32Array> }> => {
  const options = make()
  const before = await options.runnable.weights()
  const after = await ran(options, 'on')
  const gradients = new Map(
    [...after.weights].map(([name, values]) => [
      name,
      values.map((value, at) => before.get(name)![at]! - value),
    ]),
  )
  return { ...after, gradients }
}

/** Roundings of 16 bits that a gradient may be away, of its largest number. */
const most: Readonly<Record<HalfType, number>> = { float16: 12 * 2 ** -11, bfloat16: 12 * 2 ** -8 }

for (const name of Object.keys(smooth))
  test(`gradients of a network are those of float32 but for roundings: ${name}`, async () => {
    if (!(await openedNative())) return
    const exact = await gradientsOf(() => oneStep(name))
    for (const mixedPrecision of halves) {
      const mixed = await gradientsOf(() => oneStep(name, { mixedPrecision }))
      assert.is(mixed.result.execution.mode, 'graph')
      let apart = 0
      for (const [weight, values] of exact.gradients) {
        const off = differenceOf(values, mixed.gradients.get(weight)!)
        if (process.env['TRIMTAB_SAY']) console.log(name, mixedPrecision, weight, off.toExponential(1))
        assert.ok(off <= most[mixedPrecision], `${mixedPrecision} ${weight}: ${off}`)
        apart = Math.max(apart, off)
      }
      // It was not computed in float32 after all.
      assert.ok(apart > 1e-5, `${apart}`)
    }
  })

const network = networkOf(
  [
    { conv2d: { filters: 4, kernelSize: 2, activation: 'relu' } },
    'batchNormalization',
    'flatten',
    { dense: { units: 8, activation: 'relu' } },
    { dropout: { rate: 0.3 } },
    { dense: { units: 3, activation: 'softmax' } },
  ],
  [4, 3, 1],
)
const training = (more: Partial<FitOptions> = {}): FitOptions => trainingOf(network, more, { classes: 3 })

/** A loss that is this many times as large. */
const times = (factor: number): Objective => {
  const plain = supervised(losses['categoricalCrossentropy']!({}))
  return { ...plain, loss: (...given) => tf.mul(plain.loss(...given), factor) }
}
const scaleOf = (scale: number): FitState['slots'] => new Map([[lossScaleSlot, Float32Array.of(scale, 0, 0)]])
const fresh = (options: FitOptions, slots: FitState['slots']): Promise<FitState> =>
  options.runnable.weights().then(weights => ({
    epoch: 0,
    epochs: options.epochs,
    steps: 0,
    stopped: false,
    weights,
    extra: new Map(),
    slots,
    history: [],
  }))

test('gradients below what float16 holds are kept by scaling the loss', async () => {
  if (!(await openedNative())) return
  const small = 2 ** -30
  const make = (more: Partial<FitOptions> = {}): FitOptions =>
    training({ objective: times(small), optimizer: sgd, learningRate: () => 0.1 / small, epochs: 1, ...more })
  const before = await make().runnable.weights()
  const exact = await ran(make(), 'on')
  const scaled = await ran(make({ mixedPrecision: 'float16' }), 'on')
  const unscaled = make({ mixedPrecision: 'float16' })
  const lost = await ran({ ...unscaled, resume: await fresh(unscaled, scaleOf(1)) }, 'on')
  const name = `${network.layers[0]!.name}/kernel`
  const way = differenceOf(before.get(name)!, exact.weights.get(name)!)
  assert.ok(way > 0.05, `${way}`)
  assert.ok(differenceOf(scaled.weights.get(name)!, exact.weights.get(name)!) < way / 10)
  // Without it this kernel would not have moved at all.
  assert.is(differenceOf(lost.weights.get(name)!, before.get(name)!), 0)
})

test('a step whose gradients overflow moves nothing and halves the scale', async () => {
  if (!(await openedNative())) return
  const large = 2 ** 12
  // Three steps: of the first two, gradients of a loss times 2^27 and 2^26 overflow.
  const make = (epochs: number): FitOptions =>
    training({ objective: times(large), learningRate: () => 0.001, mixedPrecision: 'float16', epochs })
  const options = make(1)
  const before = await options.runnable.weights()
  const resume = await fresh(options, scaleOf(2 ** 60))
  const { result, weights } = await ran({ ...options, resume }, 'on')
  assert.equal(result.execution, {
    mode: 'graph',
    mixedPrecision: { compute: 'float16', lossScale: 2 ** 57, skippedSteps: 3 },
  })
  // Neither the weights nor the moving averages of the normalization.
  for (const [name, values] of before) assert.equal(weights.get(name), values, name)
  const { result: later } = await ran(make(8), 'on')
  const { execution } = later
  assert.is(execution.mode, 'graph')
  const mixed = execution.mode === 'graph' ? execution.mixedPrecision! : undefined
  assert.ok(mixed!.skippedSteps! > 0 && mixed!.skippedSteps! < 24, JSON.stringify(mixed))
  assert.is(mixed!.lossScale, 2 ** (15 - mixed!.skippedSteps!))
  assert.ok(later.history.at(-1)!.train['loss']! < later.history[0]!.train['loss']!)
})

test('where no scale helps, training says that it diverged', async () => {
  if (!(await openedNative())) return
  const options = training({ objective: times(2 ** 40), mixedPrecision: 'float16', epochs: 1 })
  const resume = await fresh(options, scaleOf(2))
  try {
    await withGraphs('on', () => fit({ ...options, resume }))
    assert.unreachable()
  } catch (error) {
    assert.ok(error instanceof ProblemError, String(error))
    const [problem] = (error as ProblemError).problems
    assert.is(problem!.code, 'training-diverged')
    assert.match(problem!.hint!, /bfloat16/)
  } finally {
    options.runnable.dispose()
  }
})

test('a training that was broken off goes on to the same bits, its loss scale too', async () => {
  if (!(await openedNative())) return
  for (const mixedPrecision of halves) {
    // The first scale is so large that early steps are skipped.
    const make = (more: Partial<FitOptions> = {}): FitOptions =>
      training({ mixedPrecision, objective: times(2 ** 8), epochs: 4, ...more })
    const whole = await ran(make(), 'on')
    let done = 0
    let state: FitState | undefined
    const begun = make({
      cancelled: () => done >= 5,
      learningRate: step => {
        done = step
        return 0.02 / (1 + step)
      },
      keeper: {
        isDue: () => false,
        keep: kept => Promise.resolve(void (state = fromCheckpoint(toCheckpoint(kept)))),
      },
    })
    try {
      await withGraphs('on', () => fit(begun))
      assert.unreachable()
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error
    } finally {
      begun.runnable.dispose()
    }
    assert.is(state!.slots.has(lossScaleSlot), mixedPrecision === 'float16')
    const rest = await ran(make({ resume: state! }), 'on')
    assert.equal(rest.result.execution, whole.result.execution)
    assert.equal(rest.result.history, whole.result.history)
    for (const [name, values] of whole.weights) assert.equal(rest.weights.get(name), values, name)
  }
})

test('where steps are no graphs it is refused, and says why', async () => {
  if (!(await openedNative())) return
  const options = training({ mixedPrecision: 'bfloat16' })
  try {
    await withGraphs('off', () => fit(options))
    assert.unreachable()
  } catch (error) {
    const [problem] = (error as ProblemError).problems
    assert.is(problem!.code, 'mixed-precision-unavailable')
    assert.match(problem!.message, /TRIMTAB_GRAPH is off/)
  } finally {
    options.runnable.dispose()
  }
})
