import { Value } from 'typebox/value'
import type { Artifact } from '../../src/core/artifact.js'
import type { Key } from '../../src/core/brand.js'
import { medianInterval } from '../../src/core/median-interval.js'
import { stream } from '../../src/core/random.js'
import { Cancelled, type StepContext, type StepOutput } from '../../src/core/step-file.js'
import { type Latency, interleave, latencyOf, quantile } from '../../src/steps/benchmark/run-timing.js'
import { run } from '../../src/steps/benchmark/run.js'
import { type BenchmarkConfig, benchmark } from '../../src/steps/benchmark/spec.js'
import { networkOf, stirredModel } from '../model/networks.js'
import { said } from '../sources/rig.js'
import { assert, suite } from '../suite.js'
import { contextWith, dataset, storedModel } from './measuring-rig.js'

const test = suite('steps/benchmark')

test('every round runs each model once, in orders drawn from the seed, and the warm-up does not count', async () => {
  const orders = async (seed: number): Promise<{ orders: string[]; times: number[][] }> => {
    const ran: number[] = []
    const times = await interleave(
      [0, 1, 2].map(index => async () => {
        ran.push(index)
        return ran.length
      }),
      { rounds: 20, warmUp: 2, random: stream(seed), before: () => undefined },
    )
    const orders: string[] = []
    for (let at = 0; at < ran.length; at += 3) orders.push(ran.slice(at, at + 3).join(''))
    return { orders, times }
  }
  const one = await orders(1)
  assert.is(one.orders.length, 22)
  for (const order of one.orders) assert.is(order.split('').sort().join(''), '012')
  assert.ok(new Set(one.orders).size >= 4)
  assert.equal((await orders(1)).orders, one.orders)
  assert.not.equal((await orders(2)).orders, one.orders)
  assert.ok(one.times.every(times => times.length === 20))
  assert.equal(
    one.times.flat().sort((a, b) => a - b),
    Array.from({ length: 60 }, (_, i) => i + 7),
  )
})

test('quantiles as numpy has them', () => {
  // numpy.quantile([9, 1, 4, 7], [0, 0.5, 0.95, 1])
  assert.equal(
    [0, 0.5, 1].map(share => quantile([9, 1, 4, 7], share)),
    [1, 5.5, 9],
  )
  assert.ok(Math.abs(quantile([9, 1, 4, 7], 0.95) - 8.7) < 1e-12)
})

test('a ratio is of the same round: drift that both share leaves no trace in it', () => {
  const drift = Array.from({ length: 31 }, (_, i) => 1 + (i % 7) + i / 4)
  const latency = latencyOf(
    drift.map(d => 2 * d),
    drift.map(d => 3 * d),
    { confidence: 0.95, batchSize: 8, simulated: false },
  )
  for (const figure of [latency.ratio, latency.low, latency.high]) assert.ok(Math.abs(figure - 1.5) < 1e-12)
  assert.is(latency.times.length, 31)
})

test('the interval holds the true median as often as it says', () => {
  const random = stream(6, 'coverage')
  let held = 0
  const trials = 2000
  for (let i = 0; i < trials; i++) {
    const sample = Array.from({ length: 31 }, () => Math.exp(random.normal()))
    const { low, high } = medianInterval(sample, 0.95)!
    if (low <= 1 && 1 <= high) held++
  }
  // Exact for 31: ranks 10 and 22 hold it in 97.1 % of samples; three standard errors are 1.1 points.
  assert.ok(held / trials > 0.955 && held / trials < 0.985, `${held / trials}`)
})

const shape = [12, 12, 1]
const networkWith = (filters: number) =>
  networkOf(
    [
      { conv2d: { filters, kernelSize: 3, activation: 'relu' } },
      { conv2d: { filters, kernelSize: 3, activation: 'relu' } },
      'flatten',
      { dense: { units: 3, activation: 'softmax' } },
    ],
    shape,
  )

const time = (
  models: Readonly<Record<string, Artifact>>,
  written: object,
  more: { readonly data?: Artifact; readonly context?: StepContext } = {},
): Promise<StepOutput> =>
  run(
    {
      instance: 'speed',
      kind: 'benchmark',
      key: '' as Key,
      config: Value.Default(benchmark.params, structuredClone(written)) as BenchmarkConfig,
      inputs: {
        models: Object.entries(models).map(([from, artifact]) => ({ from, output: 'model', artifact })),
        reference: [{ from: 'large', output: 'model', artifact: models['large']! }],
        ...(more.data ? { data: [{ from: 'd', output: 'dataset', artifact: more.data }] } : {}),
      },
      files: {},
      seed: 4,
      engine: { name: 'wasm', version: '' },
      threads: 1,
    },
    more.context ?? contextWith(),
  )

const latencies = (output: StepOutput): Record<string, Latency> =>
  output.measurements!['models'] as Record<string, Latency>

test('a network of a hundredth of the work is faster, the reference is itself, nothing enters an artifact', async () => {
  const large = await storedModel(stirredModel(networkWith(64), 1))
  const small = await storedModel(stirredModel(networkWith(6), 2))
  const quantized = stirredModel(networkWith(6), 2)
  const int8 = await storedModel({
    ...quantized,
    weights: quantized.weights.map((weight, i) =>
      i === 2
        ? {
            ...weight,
            data: Int8Array.from(weight.data, value => Math.round(value * 50)),
            quantization: {
              dtype: 'int8',
              scheme: 'symmetric',
              scale: Float64Array.of(50),
              bias: Float64Array.of(0),
            },
          }
        : weight,
    ),
  })
  // Five examples: a batch of 32 goes round them.
  const data = await dataset(shape, 3, { test: 5 })
  for (const more of [{}, { data }]) {
    const output = await time({ large, small, int8 }, { batchSize: 32, rounds: 15, warmUp: 2 }, more)
    const models = latencies(output)
    assert.equal(Object.keys(models), ['large', 'small', 'int8'])
    assert.equal(output.outputs, {})
    assert.is(output.metrics, undefined)
    assert.is(output.measurements!['reference'], 'large')
    const { large: base, small: lean, int8: whole } = models as Record<'large' | 'small' | 'int8', Latency>
    assert.is(base.ratio, 1)
    assert.ok(lean.ratio > 1.2, `${lean.ratio}`)
    assert.ok(lean.low <= lean.ratio && lean.ratio <= lean.high && lean.p50 <= lean.p95)
    assert.equal([base.simulated, lean.simulated, whole.simulated], [false, false, true])
    assert.ok(models['small']!.times.length === 15 && lean.times.every(each => each > 0))
    assert.equal(output.notes, [
      'The time of int8 is of quantization simulated in float32, not of integer kernels.',
    ])
  }
})

test('a cancelled run stops within a round', async () => {
  const large = await storedModel(stirredModel(networkWith(4), 1))
  let asked = 0
  const error = await time(
    { large },
    { rounds: 1000 },
    { context: contextWith({ cancelled: () => ++asked > 2 }) },
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, Cancelled)
  assert.is(asked, 3)
})

test('models that take other shapes, and one listed twice, are said before anything runs', async () => {
  const large = (await storedModel(stirredModel(networkWith(4), 1))).meta['description'] as never
  const description = {
    type: 'dataset',
    task: 'classification',
    shape: [28, 28, 1],
    classes: 3,
    examples: { test: 4 },
  } as const
  const { faults } = benchmark.predict(Value.Default(benchmark.params, {}) as BenchmarkConfig, {
    models: [
      { from: 'large', description: large },
      { from: 'large', description: large },
    ],
    reference: [{ from: 'large', description: large }],
    data: [{ from: 'd', description }],
  })
  assert.equal(said(faults!), [
    'duplicate-name at models.1: "large" is listed twice',
    'shape-mismatch at models.0: "large" takes 12×12×1, the data has 28×28×1',
    'shape-mismatch at models.1: "large" takes 12×12×1, the data has 28×28×1',
    'shape-mismatch at reference: "large" takes 12×12×1, the data has 28×28×1',
  ])
  const other = { ...(large as object), inputShape: [5, 5, 1] } as never
  assert.equal(
    said(
      benchmark.predict(Value.Default(benchmark.params, {}) as BenchmarkConfig, {
        models: [{ from: 'other', description: other }],
        reference: [{ from: 'large', description: large }],
      }).faults!,
    ),
    ['shape-mismatch at models.0: "other" takes 5×5×1, the reference takes 12×12×1'],
  )
})
