import type { Checkpoint } from '../../src/core/checkpoint.js'
import { stream } from '../../src/core/random.js'
import { Cancelled } from '../../src/core/step-file.js'
import { openEngine } from '../../src/engine/open.js'
import { fakeQuantization } from '../../src/fit/fake-quantization.js'
import { fit, type FitOptions, type FitResult } from '../../src/fit/fit.js'
import { fromCheckpoint, toCheckpoint, type FitState } from '../../src/fit/fit-state.js'
import { rules } from '../../src/fit/optimizer.js'
import { initialModel } from '../../src/model/initial.js'
import type { Model } from '../../src/model/model.js'
import { quantizeWeights } from '../../src/model/quantize-model.js'
import type { WeightFormat } from '../../src/model/scales.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { networkOf } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { bits, network, optionsFor } from './fit-rig.js'

const test = suite('fit: going on from a checkpoint')

test.before(async () => {
  await openEngine('wasm')
})

const inputShape = [4, 3, 1]
const dense = { dense: { units: 3, activation: 'softmax' } }
const networks = {
  'normalization and dropout': network,
  lstm: networkOf(
    [{ reshape: { targetShape: [4, 3] } }, { lstm: { units: 4, recurrentDropout: 0.2 } }, dense],
    inputShape,
  ),
  noise: networkOf(
    [
      { gaussianNoise: { stddev: 0.1 } },
      'flatten',
      { dense: { units: 7, activation: 'relu' } },
      'layerNormalization',
      { alphaDropout: { rate: 0.2 } },
      dense,
    ],
    inputShape,
  ),
}

/** What a killed process leaves: the state as plain bytes and JSON, nothing of the objects that it was made of. */
const through = (state: FitState): FitState => {
  const { moment, state: plain, arrays } = toCheckpoint(state)
  const copy: Checkpoint = {
    moment,
    state: JSON.parse(JSON.stringify(plain)) as unknown,
    arrays: new Map([...arrays].map(([name, array]) => [name, array.slice()])),
  }
  return fromCheckpoint(copy)
}

interface Ended {
  readonly result: FitResult
  readonly bits: string
}

const whole = async (options: FitOptions): Promise<Ended> => {
  try {
    return { result: await fit(options), bits: await bits(options) }
  } finally {
    options.runnable.dispose()
  }
}

/** Cancelled at each of these steps in turn, and gone on from what was kept then. */
const broken = async (make: () => FitOptions, pauses: readonly number[]): Promise<Ended> => {
  let resume: FitState | undefined
  for (const pause of [...pauses, Infinity]) {
    let reached = resume?.steps ?? 0
    const options = make()
    try {
      return await whole({
        ...options,
        ...(resume ? { resume } : {}),
        cancelled: () => reached >= pause,
        keeper: {
          isDue: ({ step }) => {
            reached = step!
            return false
          },
          keep: async state => {
            resume = through(state)
          },
        },
      })
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error
      assert.is(resume?.steps, pause, 'it stopped between two steps, and kept that moment')
    }
  }
  throw new Error('it never ended')
}

const steps = 6 * 5

for (const [name, layers] of Object.entries(networks))
  test(`${name}: with every optimizer the same bits and history, wherever it is cut short`, async () => {
    for (const [at, optimizer] of Object.keys(rules).entries()) {
      const random = stream(17, name, optimizer)
      const make = (): FitOptions =>
        optionsFor({
          runnable: buildRunnable(initialModel(layers, 5)),
          optimizer: {
            name: optimizer,
            settings: {
              ...(at % 2 === 0 ? { weightDecay: 0.01 } : {}),
              ...(['sgd', 'rmsprop'].includes(optimizer) ? { momentum: 0.9 } : {}),
              ...(optimizer === 'rmsprop' ? { centered: true } : {}),
              ...(optimizer === 'adam' ? { amsgrad: true } : {}),
            },
          },
          clip: { norm: 1 },
        })
      const wanted = await whole(make())
      const pauses = Array.from({ length: 3 }, () => 1 + random.below(steps - 1)).sort((a, b) => a - b)
      const got = await broken(make, [...new Set(pauses)])
      assert.equal(got.result, wanted.result, `${optimizer} at ${pauses.join(', ')}`)
      assert.is(got.bits, wanted.bits, `${optimizer} at ${pauses.join(', ')}`)
    }
  })

test('early stopping: what it waits for, the best epoch, and its weights are all there again', async () => {
  for (const restoreBest of [true, false])
    for (const monitor of ['loss', 'accuracy']) {
      const make = (): FitOptions =>
        optionsFor({
          epochs: 30,
          learningRate: () => 0.05,
          optimizer: { name: 'adam', settings: {} },
          earlyStopping: { monitor, patience: 3, minDelta: 0.001, restoreBest },
        })
      const wanted = await whole(make())
      assert.ok(wanted.result.stoppedEarly, 'the case shows nothing')
      const all = wanted.result.steps
      // After every epoch, the last one too, and in the midst of each of the last three.
      const pauses = [
        ...Array.from({ length: all / 5 - 1 }, (_, at) => (at + 1) * 5),
        all - 12,
        all - 7,
        all - 2,
      ]
      const got = await broken(
        make,
        pauses.sort((a, b) => a - b),
      )
      assert.equal(got.result, wanted.result)
      assert.is(got.bits, wanted.bits)
    }
})

test('a state that was kept after the last epoch, early or not, only ends', async () => {
  for (const earlyStopping of [undefined, { monitor: 'loss', patience: 2, minDelta: 9, restoreBest: true }]) {
    const make = (): FitOptions => optionsFor(earlyStopping ? { earlyStopping } : {})
    let last: FitState | undefined
    let asked = 0
    const keeper = {
      isDue: ({ epoch }: { readonly epoch?: number }) => epoch! > 0,
      keep: async (state: FitState) => void (last = through(state)),
    }
    const wanted = await whole({ ...make(), keeper })
    assert.is(last!.within, undefined)
    assert.is(last!.stopped, earlyStopping !== undefined)
    const rest: FitOptions = { ...make(), resume: last!, cancelled: () => asked++ > 0 }
    assert.equal(await whole(rest), wanted)
    assert.is(asked, 0, 'it asked for nothing more')
  }
})

test('masks, quantized weights and weights of classes', async () => {
  const plain = initialModel(network, 5)
  const masks = new Map(
    plain.weights
      .filter(({ name }) => name.endsWith('kernel'))
      .map(({ name, data }) => [name, Uint8Array.from(data, (_, at) => (at % 3 === 0 ? 0 : 1))]),
  )
  const pruned: Model = {
    ...plain,
    weights: plain.weights.map(each => ({
      ...each,
      data: Float32Array.from(each.data, (value, at) => (masks.get(each.name)?.[at] === 0 ? 0 : value)),
    })),
    marks: { ...plain.marks, masks },
  }
  const formats = new Map<string, WeightFormat>(
    pruned.weights
      .filter(({ name }) => masks.has(name))
      .map(({ name, shape }) => [name, { dtype: 'int8', scheme: 'symmetric', axis: shape.length - 1 }]),
  )
  const model: Model = {
    ...pruned,
    weights: quantizeWeights(network, pruned.weights, formats, new Map()),
  }
  const make = (): FitOptions => {
    const runnable = buildRunnable(model)
    return optionsFor({
      runnable,
      masks,
      fakeQuantization: fakeQuantization(runnable, model)!,
      examples: {
        task: 'classification',
        inputShape,
        outputs: 3,
        smoothing: 0.1,
        classWeights: [0.5, 2, 1],
      },
    })
  }
  const wanted = await whole(make())
  const got = await broken(make, [2, 5, 13, 29])
  assert.equal(got.result, wanted.result)
  assert.is(got.bits, wanted.bits)
})
