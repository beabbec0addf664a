import { ProblemError } from '../../src/core/problem.js'
import { stream } from '../../src/core/random.js'
import type { Batch } from '../../src/data/dataset.js'
import type { Model } from '../../src/model/model.js'
import { toFloat } from '../../src/model/quantization.js'
import { describeNetwork } from '../../src/network/describe.js'
import type { ModelDescription } from '../../src/network/description.js'
import type { DatasetDescription } from '../../src/sources/description.js'
import { Histogram, sample } from '../../src/steps/quantize/run-calibrate.js'
import { quantize } from '../../src/steps/quantize/spec.js'
import { stirredModel } from '../model/networks.js'
import { assert, suite } from '../suite.js'
import { network, predicted, settings, step } from './quantize-rig.js'

const test = suite('quantize-faults')

test('faults are found before anything runs', async () => {
  const model = describeNetwork(network)
  const data = (train?: number, shape = [8, 7, 2]): DatasetDescription => ({
    type: 'dataset',
    task: 'classification',
    shape,
    examples: train === undefined ? { test: 4 } : { train },
  })
  const cases: [object, ModelDescription, DatasetDescription | undefined, string, unknown][] = [
    [{ activations: 'uint8' }, model, undefined, 'calibration-data', ['activations']],
    [{ activations: 'uint8' }, model, data(), 'calibration-examples', ['data']],
    [
      { activations: 'uint8', calibration: { examples: 21 } },
      model,
      data(20),
      'calibration-examples',
      ['calibration', 'examples'],
    ],
    [{ activations: 'uint8' }, model, data(20, [7, 8, 2]), 'shape-mismatch', ['data']],
    [{}, { ...model, quantized: { weights: 'int8' } }, undefined, 'already-quantized', ['model']],
    [{ rules: [{ layers: 'dens_1' }] }, model, undefined, 'rule-matches-nothing', ['rules', 0, 'layers']],
    [{ weights: 'float32' }, model, undefined, 'nothing-to-quantize', undefined],
  ]
  for (const [written, description, dataDescription, code, path] of cases) {
    const { faults } = predicted(written, description, dataDescription)
    assert.equal(
      faults!.map(fault => [fault.code, fault.path]),
      [[code, path]],
    )
  }
  const unknown = quantize.predict(settings({}), { model: [{ from: 'base' }] })
  assert.equal(unknown, { outputs: {}, faults: [] })
})

test('what no integer can stand for is a problem', async () => {
  const model = stirredModel(network, 3)
  const broken: Model = {
    ...model,
    weights: model.weights.map((weight, at) =>
      at < 2
        ? {
            ...weight,
            data: toFloat(weight)
              .slice()
              .fill(at === 0 ? NaN : -Infinity, 0, 2),
          }
        : weight,
    ),
  }
  const error = await step(broken, {}).catch((thrown: unknown) => thrown)
  assert.instance(error, ProblemError)
  assert.equal(
    (error as ProblemError).problems.map(({ code }) => code),
    ['weight-not-finite', 'weight-not-finite'],
  )
  const { model: made } = await step(model, {})
  const twice = await step(made, {}).catch((thrown: unknown) => thrown)
  assert.is((twice as ProblemError).problems[0]!.code, 'already-quantized')
})

test('percentiles agree with sorting, within a bin', () => {
  const random = stream(2, 'histogram')
  const values = Float32Array.from({ length: 20_000 }, () => random.normal() ** 3)
  const sorted = values.slice().sort()
  const histogram = new Histogram({ low: sorted[0]!, high: sorted.at(-1)! })
  histogram.add(values.subarray(0, 700))
  histogram.add(values.subarray(700))
  for (const share of [0.0001, 0.01, 0.5, 0.99, 0.9999, 1]) {
    const found = histogram.quantile(share)
    const below = (limit: number): number => sorted.filter(value => value < limit).length
    assert.ok(below(found - histogram.width) <= share * sorted.length + 1e-6, `${share}`)
    assert.ok(below(found + 1.001 * histogram.width) >= share * sorted.length - 1e-6, `${share}`)
  }
})

test('calibration draws its examples by the seed, each once', () => {
  const drawn = (seed: number): number[] => {
    let order: Uint32Array | undefined
    const recording = {
      name: 'train',
      count: 50,
      labels: Int32Array.from({ length: 50 }, (_, at) => at),
      batches: (_: number, chosen?: Uint32Array): Batch[] => {
        order = chosen
        return []
      },
    } as const
    sample(recording, 20, seed).batches(4)
    return [...order!]
  }
  assert.equal(drawn(1), drawn(1))
  assert.not.equal(drawn(1), drawn(2))
  assert.is(new Set(drawn(3)).size, 20)
})
