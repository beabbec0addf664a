import fc from 'fast-check'
import { describeModel } from '../../src/model/describe-model.js'
import { maskWeights } from '../../src/model/surgery.js'
import type { ModelDescription } from '../../src/network/description.js'
import { chooseWeights } from '../../src/steps/prune/choose-weights.js'
import { assert, suite } from '../suite.js'
import { networkOf, predicted, randomModel, step } from './prune-rig.js'

const test = suite('prune single weights')

const value = fc.oneof(fc.constantFrom(0, -0, 1, -1, 0.5), fc.float({ noNaN: true, noDefaultInfinity: true }))
const tensors = fc.array(fc.array(fc.tuple(value, fc.boolean()), { minLength: 1, maxLength: 9 }), {
  minLength: 1,
  maxLength: 4,
})

/** By the plain definition: the removed first, then by size, then by place; as many as asked, or as were gone. */
const oracle = (entries: readonly (readonly [number, boolean])[], sparsity: number): number[] => {
  const gone = entries.filter(([, kept]) => !kept).length
  const count = Math.max(gone, Math.round(sparsity * entries.length))
  const removed = new Set(
    entries
      .map(([value, kept], index) => ({ rank: kept ? Math.abs(value) : -1, index }))
      .sort((a, b) => a.rank - b.rank || a.index - b.index)
      .slice(0, count)
      .map(({ index }) => index),
  )
  return entries.map((_, index) => (removed.has(index) ? 0 : 1))
}

test('masks are those of a plain sort, per layer and over all, with zeros, ties and earlier masks', () => {
  fc.assert(
    fc.property(
      tensors,
      fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9, 0.999),
      fc.constantFrom('layer' as const, 'global' as const),
      fc.option(fc.constantFrom(0, 0.3, 0.8), { nil: undefined }),
      (written, sparsity, scope, own) => {
        const rounded = written.map(tensor =>
          tensor.map(([each, kept]) => [Math.fround(each), kept] as const),
        )
        const masks = chooseWeights(
          rounded.map((tensor, index) => ({
            name: `${index}`,
            values: Float32Array.from(tensor, ([each]) => each),
            mask: Uint8Array.from(tensor, ([, kept]) => Number(kept)),
            ...(index === 0 && own !== undefined ? { sparsity: own } : {}),
          })),
          { sparsity, scope },
        )
        const found = rounded.map((_, index) => [...masks.get(`${index}`)!])
        const first = own === undefined ? [] : [oracle(rounded[0]!, own)]
        const rest = rounded.slice(first.length)
        const expected =
          scope === 'layer'
            ? rest.map(tensor => oracle(tensor, sparsity))
            : split(
                oracle(rest.flat(), sparsity),
                rest.map(tensor => tensor.length),
              )
        assert.equal(found, [...first, ...expected])
      },
    ),
    { numRuns: 500, seed: 1 },
  )
})

const split = (all: readonly number[], lengths: readonly number[]): number[][] => {
  let at = 0
  return lengths.map(length => all.slice(at, (at += length)))
}

const mlp = networkOf([{ dense: { units: 5 } }, 'batchNormalization', { dense: { units: 2 } }], [3])

test('kernels lose their share, everything else stays; the step says what it predicted', async () => {
  const model = randomModel(mlp, 2)
  const { model: pruned, description, output } = await step(model, { sparsity: 0.4 })
  const zeros = (name: string) =>
    pruned.weights.find(weight => weight.name === name)!.data.filter(each => each === 0).length
  assert.is(zeros('dense_1/kernel'), 6)
  assert.is(zeros('dense_2/kernel'), 4)
  assert.is(zeros('dense_1/bias') + zeros('batchNormalization_1/gamma'), 0)
  assert.equal([...pruned.marks.masks.keys()], ['dense_1/kernel', 'dense_2/kernel'])
  assert.equal(pruned.network, model.network)
  const guess = predicted({ sparsity: 0.4 }, describeModel(model)).outputs['model'] as ModelDescription
  assert.equal(
    [guess.nonZero, guess.bytes, guess.macs],
    [description.nonZero, description.bytes, description.macs],
  )
  assert.equal(output.record!['kept'], [
    { weight: 'dense_1/kernel', before: 15, after: 9 },
    { weight: 'dense_2/kernel', before: 10, after: 6 },
  ])
})

test('pruning again keeps what was removed, and counts it', async () => {
  const model = randomModel(mlp, 3)
  const once = (await step(model, { sparsity: 0.4 })).model
  // Training may have moved what was kept, even to 0.
  const moved = {
    ...once,
    weights: once.weights.map(weight =>
      weight.name === 'dense_1/kernel'
        ? { ...weight, data: weight.data.map((each, at) => (at === 14 ? 0 : each)) }
        : weight,
    ),
  }
  const twice = (await step(moved, { sparsity: 0.6 })).model
  const [before, after] = [once, twice].map(each => each.marks.masks.get('dense_1/kernel')!)
  assert.is(after!.filter(kept => kept === 0).length, 9)
  before!.forEach((kept, at) => assert.ok(kept === 1 || after![at] === 0))
  const less = (await step(twice, { sparsity: 0.1 })).model
  assert.equal([...less.marks.masks.get('dense_1/kernel')!], [...after!])
})

test('masks follow when filters are removed from a masked model', async () => {
  const model = (await step(randomModel(mlp, 4), { sparsity: 0.5 })).model
  const { model: pruned } = await step(model, { granularity: 'unit', sparsity: 0.4 })
  const kernel = pruned.weights.find(({ name }) => name === 'dense_1/kernel')!
  assert.equal(kernel.shape, [3, 3])
  const mask = pruned.marks.masks.get('dense_1/kernel')!
  assert.is(mask.length, 9)
  kernel.data.forEach((each, at) => assert.is(each === 0, mask[at] === 0))
})

test('a mask of another size is a bug, and throws', () => {
  assert.throws(
    () => maskWeights(randomModel(mlp, 1), new Map([['dense_1/kernel', new Uint8Array(3)]])),
    /size/,
  )
})
