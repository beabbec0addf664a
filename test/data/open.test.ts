import { readFileSync } from 'node:fs'
import type { Artifact } from '../../src/core/artifact.js'
import type { Digest } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import { ProblemError } from '../../src/core/problem.js'
import { fitNormalization, type NormalizeChoice } from '../../src/data/fit-normalization.js'
import { identity, type Normalization } from '../../src/data/normalization.js'
import type { Numbers } from '../../src/data/numbers.js'
import { openDataset } from '../../src/data/open.js'
import { storeDataset } from '../../src/data/store-dataset.js'
import { fixture } from '../sources/rig.js'
import { assert, suite } from '../suite.js'

const test = suite('data/open')

const stored = new Map<string, Uint8Array>()
const put = async (bytes: Uint8Array): Promise<Digest> => {
  const digest = digestOf(bytes)
  stored.set(digest, Uint8Array.from(bytes))
  return digest
}
const open = async (digest: Digest): Promise<Uint8Array> => stored.get(digest)!

const store = (features: Numbers, shape: number[], normalization: Normalization): Promise<Artifact> => {
  const count = features.length / shape.reduce((a, b) => a * b, 1)
  return storeDataset(
    { type: 'dataset', task: 'classification', shape, classes: 3, examples: { train: count } },
    normalization,
    { train: { features, labels: Int32Array.from({ length: count }, (_, i) => i % 3) } },
    put,
  )
}

const divided: Normalization = { offset: [0], scale: [255] }

test('batches in the stored order and in another, the last one smaller', async () => {
  const artifact = await store(
    Uint8Array.from({ length: 7 * 4 }, (_, i) => i * 9),
    [2, 2],
    divided,
  )
  const split = (await openDataset(artifact, open)).split('train')!
  assert.is(split.count, 7)
  const seen = [...split.batches(3)].length
  assert.is(seen, 3)
  let at = 0
  for (const batch of split.batches(3)) {
    assert.is(batch.count, Math.min(3, 7 - at))
    assert.is(batch.x.length, batch.count * 4)
    assert.is(batch.labels.length, batch.count)
    batch.x.forEach((x, i) => assert.is(x, Math.fround((((at * 4 + i) * 9) & 255) / 255)))
    assert.equal(
      [...batch.indices],
      Array.from({ length: batch.count }, (_, i) => at + i),
    )
    at += batch.count
  }
  const order = Uint32Array.of(6, 0, 6, 2)
  const picked = [...split.batches(4, order)]
  assert.is(picked.length, 1)
  assert.equal([...picked[0]!.indices], [6, 0, 6, 2])
  assert.equal([...picked[0]!.labels], [0, 0, 0, 2])
  assert.is(picked[0]!.x[4], 0)
  assert.throws(() => [...split.batches(0)], /a batch of 0/)
  assert.throws(() => [...split.batches(2, Uint32Array.of(7))], /example 7 of 7/)
})

test('every number type keeps its own, and normalizes alike', async () => {
  const values = [0, 1, 2, 100, 127, 3]
  for (const Type of [
    Uint8Array,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  ]) {
    const artifact = await store(Type.from(values), [3], { offset: [1, 2, 3], scale: [2, 0.5, 7] })
    assert.is(artifact.objects['features-train']!.bytes, 6 * Type.BYTES_PER_ELEMENT)
    const [batch] = (await openDataset(artifact, open)).split('train')!.batches(9)
    assert.equal(
      [...batch!.x],
      values.map((v, i) => Math.fround((v - [1, 2, 3][i % 3]!) / [2, 0.5, 7][i % 3]!)),
      Type.name,
    )
  }
})

test('shared memory is read in place, and bytes at an odd offset too', async () => {
  const artifact = await store(Float32Array.of(1.5, -2, 3, 4), [2], identity)
  for (const offset of [0, 3]) {
    const shared = async (digest: Digest): Promise<Uint8Array> => {
      const bytes = stored.get(digest)!
      const view = new Uint8Array(new SharedArrayBuffer(bytes.length + offset), offset)
      view.set(bytes)
      return view
    }
    const [batch] = (await openDataset(artifact, shared)).split('train')!.batches(2)
    assert.equal([...batch!.x], [1.5, -2, 3, 4])
  }
})

test('objects that do not fit are damage', async () => {
  const artifact = await store(Uint8Array.of(1, 2, 3, 4), [2], identity)
  const { 'labels-train': _, ...rest } = artifact.objects
  const attempts: [Promise<unknown>, RegExp][] = [
    [openDataset({ ...artifact, objects: rest }, open), /it has no object "labels-train"/],
    [
      openDataset(artifact, async () => new Uint8Array(3)),
      /"features-train" has 3 bytes where 4 are promised/,
    ],
  ]
  for (const [attempt, message] of attempts) {
    const error = await attempt.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.instance(error, ProblemError)
    assert.is((error as ProblemError).problems[0]!.code, 'dataset-damaged')
    assert.match((error as Error).message, message)
  }
})

test('the same content gives the same digest, another normalization another', async () => {
  const make = (normalization: Normalization) => store(Uint8Array.of(1, 2, 3, 4), [2], normalization)
  assert.is((await make(divided)).digest, (await make(divided)).digest)
  assert.not.equal((await make(divided)).digest, (await make(identity)).digest)
})

test('standardize and minMax give what scikit-learn gives, from train alone', async () => {
  const scaled = JSON.parse(readFileSync(fixture('scaled.json'), 'utf8')) as Record<string, number[]>
  const check = async (choice: NormalizeChoice, shape: number[], expected: number[]): Promise<void> => {
    const normalization = fitNormalization(choice, shape, Float64Array.from(scaled['rows']!))
    const artifact = await store(Float64Array.from(scaled['more']!), shape, normalization)
    const [batch] = (await openDataset(artifact, open)).split('train')!.batches(4)
    batch!.x.forEach((x, i) =>
      assert.ok(
        Math.abs(x - expected[i]!) <= 2e-7 * Math.max(1, Math.abs(expected[i]!)),
        `${x} ${expected[i]}`,
      ),
    )
  }
  await check({ standardize: 'feature' }, [6], scaled['standardize']!)
  await check({ minMax: 'feature' }, [6], scaled['minMax']!)
  await check({ standardize: 'channel' }, [2, 3], scaled['channel']!)
  await check({ standardize: 'all' }, [2, 3], scaled['all']!)
})
