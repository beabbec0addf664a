import fc from 'fast-check'
import { stream, type Random } from '../../src/core/random.js'
import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { initialModel } from '../../src/model/initial.js'
import { noMarks, type Model } from '../../src/model/model.js'
import { buildRunnable } from '../../src/model/runnable.js'
import { maskWeights, removeFromModel } from '../../src/model/surgery.js'
import { resolveNetwork } from '../../src/network/architecture.js'
import { channelGroups, removeChannels, type Slices } from '../../src/network/channel-groups.js'
import { propagate, weightSpecs } from '../../src/network/propagate.js'
import { randomNetwork, randomRemoval } from '../network/random-network.js'
import { assert, suite } from '../suite.js'

const test = suite('surgery')

/** Every weight at random, moving variances above 0. */
const randomModel = (network: Model['network'], random: Random): Model => {
  const model = initialModel(network, 1)
  return {
    ...model,
    weights: model.weights.map(weight => ({
      ...weight,
      data: Float32Array.from(weight.data, () =>
        weight.name.endsWith('movingVariance') ? 0.5 + random.uniform() : random.normal(),
      ),
    })),
  }
}

/** Kept entries as 1, by the plain definition: an entry goes if any of its indices goes. */
const maskOf = (shape: readonly number[], slices: Slices): Uint8Array => {
  const size = shape.reduce((a, b) => a * b, 1)
  return Uint8Array.from({ length: size }, (_, position) => {
    let rest = position
    let kept = 1
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis]!
      rest = (rest - index) / shape[axis]!
      if (slices[axis]?.includes(index) === false) kept = 0
    }
    return kept
  })
}

const outputOf = async (model: Model, x: Float32Array): Promise<Float32Array> => {
  const runnable = buildRunnable(model)
  const { inputShape } = model.network
  const count = x.length / inputShape.reduce((a, b) => a * b, 1)
  const output = tf.tidy(() => runnable.forward(tf.tensor(x, [count, ...inputShape])).output)
  const values = (await output.data()) as Float32Array
  output.dispose()
  runnable.dispose()
  return values
}

test('removing channels gives the function of the network with these channels at zero, on random graphs', async () => {
  await openEngine('cpu')
  let removedAtAll = 0
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async seed => {
      const random = stream(seed, 'network')
      const network = randomNetwork(random)
      const removal = randomRemoval(network, random)
      const { network: smaller, slices } = removeChannels(network, removal)
      assert.equal(propagate(smaller).faults, [])
      const model = randomModel(network, random)
      const masked = maskWeights(
        model,
        new Map(
          [...slices].map(([name, cut]) => [
            name,
            maskOf(model.weights.find(weight => weight.name === name)!.shape, cut),
          ]),
        ),
      )
      const cut = removeFromModel(model, removal)
      assert.equal(
        cut.weights.map(({ name, shape }) => [name, shape]),
        weightSpecs(smaller).map(({ name, shape }) => [name, shape]),
      )
      if (slices.size > 0) removedAtAll++
      const x = Float32Array.from({ length: 2 * 24 }, () => random.normal())
      const [expected, actual] = [await outputOf(masked, x), await outputOf(cut, x)]
      expected.forEach((value, at) =>
        assert.ok(Math.abs(value - actual[at]!) < 1e-5, `${value} against ${actual[at]}`),
      )
    }),
    { numRuns: 60, seed: 3 },
  )
  assert.ok(removedAtAll > 30, `only ${removedAtAll} of the networks lost a channel`)
})

test('weights, masks and scales are cut along; the given model stays', () => {
  const { network } = resolveNetwork(
    { layers: [{ dense: { units: 3 } }, { dense: { units: 1, useBias: false } }] },
    [2],
  )
  const int8 = {
    dtype: 'int8',
    scheme: 'symmetric',
    axis: 1,
    scale: Float64Array.of(1, 2, 3),
    bias: Float64Array.of(0, 0, 0),
  } as const
  const model: Model = {
    network: network!,
    weights: [
      { name: 'dense_1/kernel', shape: [2, 3], data: Int8Array.of(1, 2, 3, 4, 5, 6), quantization: int8 },
      { name: 'dense_1/bias', shape: [3], data: Float32Array.of(7, 8, 9) },
      { name: 'dense_2/kernel', shape: [3, 1], data: Float32Array.of(10, 11, 12) },
    ],
    marks: {
      ...noMarks,
      masks: new Map([
        ['dense_1/kernel', Uint8Array.of(1, 0, 1, 0, 1, 1)],
        ['dense_2/kernel', Uint8Array.of(1, 1, 0)],
      ]),
    },
  }
  const cut = removeFromModel(model, new Map([['dense_1', [1]]]))
  assert.equal(
    cut.weights.map(({ shape, data }) => [shape, [...data]]),
    [
      [
        [2, 2],
        [1, 3, 4, 6],
      ],
      [[2], [7, 9]],
      [
        [2, 1],
        [10, 12],
      ],
    ],
  )
  assert.equal([...cut.weights[0]!.quantization!.scale], [1, 3])
  assert.equal([...cut.marks.masks.get('dense_1/kernel')!], [1, 1, 0, 1])
  assert.equal([...cut.marks.masks.get('dense_2/kernel')!], [1, 0])
  assert.is(model.weights[0]!.data.length, 6)
  assert.is(cut.network.layers[0]!.config['units'], 2)
})

test('flatten spreads a channel over all of its places', () => {
  const { network } = resolveNetwork(
    {
      layers: [{ conv2d: { filters: 3, kernelSize: 1 } }, 'flatten', { dense: { units: 1, useBias: false } }],
    },
    [2, 1, 1],
  )
  const { slices } = removeChannels(network!, new Map([['conv2d_1', [1]]]))
  assert.equal([...slices.get('dense_1/kernel')![0]!], [0, 2, 3, 5])
  assert.is(slices.get('dense_1/kernel')![1], undefined)
})

const groupsOf = (layers: unknown[], shape: number[]) =>
  channelGroups(resolveNetwork({ layers }, shape).network!).map(({ producers, units, locked }) => [
    producers.join('+'),
    units.length,
    locked,
  ])

test('a residual add ties, a concatenation does not, and locks reach what is tied', () => {
  const conv = (name: string, from: string, filters = 4) => ({
    conv2d: { name, from, filters, kernelSize: 1 },
  })
  assert.equal(
    groupsOf(
      [
        conv('a', 'input'),
        conv('b', 'a'),
        { add: { name: 'sum', from: ['a', 'b'] } },
        conv('c', 'sum', 2),
        { concatenate: { name: 'both', from: ['sum', 'c'] } },
        conv('d', 'both', 6),
        { add: { name: 'again', from: ['both', 'd'] } },
        conv('e', 'again', 1),
      ],
      [2, 2, 4],
    ),
    [
      ['a+b+c+d', 6, undefined],
      ['e', 1, "they are the network's output"],
    ],
  )
  assert.equal(
    groupsOf(
      [conv('a', 'input'), { add: { name: 'sum', from: ['a', 'input'] } }, conv('b', 'sum', 1)],
      [2, 2, 4],
    ),
    [
      ['input+a', 4, "they are the network's input"],
      ['b', 1, "they are the network's output"],
    ],
  )
  assert.equal(
    groupsOf([conv('a', 'input'), { reshape: { targetShape: [16] } }, { dense: { units: 2 } }], [2, 2, 4])[0],
    ['a', 4, 'layer "reshape_1": reshape moves channels to other places'],
  )
})

test('a locked group and a last channel are not removed', () => {
  const { network } = resolveNetwork({ layers: [{ dense: { units: 2 } }, { dense: { units: 2 } }] }, [2])
  assert.throws(() => removeChannels(network!, new Map([['dense_2', [0]]])), /locked/)
  assert.throws(() => removeChannels(network!, new Map([['dense_1', [0, 1]]])), /last channel/)
})
