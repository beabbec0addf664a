import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Artifact } from '../../src/core/artifact.js'
import { packageFolder } from '../../src/core/home.js'
import { openDataset } from '../../src/data/open.js'
import type { DatasetDescription } from '../../src/sources/description.js'
import { fileOf, fixture, idx } from '../sources/rig.js'
import { assert, suite } from '../suite.js'
import { open, pair, predict, runStep } from './dataset-rig.js'

const test = suite('steps/dataset')

const descriptionOf = (artifact: Artifact): DatasetDescription =>
  artifact.meta['description'] as DatasetDescription

/** What runs must be what was predicted. */
const both = async (written: object): Promise<Artifact> => {
  const { description, faults } = await predict(written)
  assert.equal(
    faults.filter(fault => !fault.startsWith('data-class-empty')),
    [],
  )
  const artifact = (await runStep(written)).outputs['dataset']!
  assert.equal(descriptionOf(artifact), description)
  return artifact
}

test('IDX files become splits with a channel, in the source order, bytes kept', async () => {
  const artifact = await both({
    source: { idx: pair },
    split: { train: 0.6, validation: 0.2, test: 0.2 },
    normalize: { divide: 255 },
    classNames: ['even', 'odd'],
  })
  assert.equal(descriptionOf(artifact), {
    type: 'dataset',
    task: 'classification',
    shape: [2, 3, 1],
    classes: 2,
    classNames: ['even', 'odd'],
    examples: { train: 6, validation: 2, test: 2 },
  })
  assert.is(artifact.objects['features-train']!.bytes, 36)
  const opened = await openDataset(artifact, open)
  const seen: number[] = []
  for (const name of ['train', 'validation', 'test'] as const) {
    const split = opened.split(name)!
    assert.equal([...split.labels].sort((a, b) => a - b).join(''), name === 'train' ? '000111' : '01')
    for (const batch of split.batches(4))
      for (let i = 0; i < batch.count; i++) {
        const example = Math.round((batch.x[6 * i]! * 255) / 6)
        seen.push(example)
        assert.is(batch.labels[i], example % 2)
        assert.is(batch.x[6 * i + 5], Math.fround((6 * example + 5) / 255))
      }
  }
  assert.equal(
    seen.sort((a, b) => a - b),
    Array.from({ length: 10 }, (_, i) => i),
  )
})

test('the seed decides the division, and nothing else does', async () => {
  const written = { source: { idx: pair }, split: { train: 5, validation: 5 }, stratify: false }
  const digest = async (seed: number): Promise<string> =>
    (await runStep(written, seed)).outputs['dataset']!.digest
  assert.is(await digest(1), await digest(1))
  assert.is.not(await digest(1), await digest(2))
})

test('a test source of its own, normalized by what train says', async () => {
  const more = {
    images: fileOf('images', idx(8, [2, 2, 3], new Uint8Array(12).fill(90))),
    labels: fileOf('labels', idx(8, [2], [1, 0])),
  }
  const artifact = await both({
    source: { idx: pair },
    test: { idx: more },
    split: { train: 0.8, validation: 0.2 },
    normalize: { minMax: 'all' },
  })
  assert.equal(descriptionOf(artifact).examples, { train: 8, validation: 2, test: 2 })
  const opened = await openDataset(artifact, open)
  const [train] = [...opened.split('train')!.batches(8)].map(batch => Math.max(...batch.x))
  assert.is(train, 1)
  for (const batch of opened.split('test')!.batches(2)) {
    const normalization = artifact.meta['normalization'] as { offset: number[]; scale: number[] }
    assert.is(batch.x[0], Math.fround((90 - normalization.offset[0]!) / normalization.scale[0]!))
    assert.equal([...batch.labels], [1, 0])
  }
})

test('a table of words, its columns shaped', async () => {
  const text = `kind,a,b,c,d\n${Array.from({ length: 12 }, (_, i) => `${['fox', 'owl', 'ant'][i % 3]},${i},1,2,3`).join('\n')}\n`
  const artifact = await both({
    source: { csv: { path: fileOf('animals.csv', text), label: 'kind' } },
    shape: [2, 2, 1],
    split: { train: 9, test: 3 },
    normalize: { standardize: 'feature' },
  })
  const description = descriptionOf(artifact)
  assert.equal(description.classNames, ['ant', 'fox', 'owl'])
  assert.equal(description.shape, [2, 2, 1])
  const opened = await openDataset(artifact, open)
  assert.equal(
    [...opened.split('test')!.labels].sort((a, b) => a - b),
    [0, 1, 2],
  )
})

test('a regression has targets', async () => {
  const text = `x,y,z\n${Array.from({ length: 10 }, (_, i) => `${i},${2 * i},${-i / 4}`).join('\n')}\n`
  const artifact = await both({
    source: { csv: { path: fileOf('line.csv', text), targets: ['y', 'z'] } },
    task: 'regression',
    split: { train: 0.8, test: 0.2 },
  })
  assert.is(descriptionOf(artifact).classes, 2)
  const opened = await openDataset(artifact, open)
  for (const batch of opened.split('train')!.batches(3)) {
    assert.is(batch.labels.length, 0)
    for (let i = 0; i < batch.count; i++)
      assert.equal([...batch.targets.subarray(2 * i, 2 * i + 2)], [2 * batch.x[i]!, -batch.x[i]! / 4])
  }
})

test('arrays of numpy: labels from an archive', async () => {
  const artifact = await both({
    source: { npz: { path: fixture('deflated.npz') } },
    split: { train: 3, test: 2 },
  })
  assert.equal(descriptionOf(artifact).shape, [3, 2])
})

test('digits by their bare name, all of them train', async () => {
  const { description, faults } = await predict({ source: 'digits' })
  assert.equal(faults, [])
  assert.equal(description!.examples, { train: 6000 })
  const artifact = await both({ source: { digits: { examples: 60 } }, test: { digits: { examples: 20 } } })
  assert.equal(descriptionOf(artifact).examples, { train: 60, test: 20 })
  const opened = await openDataset(artifact, open)
  const [train] = opened.split('train')!.batches(1)
  const [other] = opened.split('test')!.batches(1)
  assert.not.equal([...train!.x], [...other!.x])
})

const mnist = join(packageFolder(), '../shared/data/mnist')
test('the real digits, where they are at hand', async () => {
  if (!existsSync(mnist)) {
    console.log(`    no ${mnist}: not tried`)
    return
  }
  const of = (name: string) => ({
    idx: {
      images: join(mnist, `${name}-images-idx3-ubyte.gz`),
      labels: join(mnist, `${name}-labels-idx1-ubyte.gz`),
    },
  })
  const artifact = await both({
    source: of('train'),
    test: of('t10k'),
    split: { train: 0.9, validation: 0.1 },
    normalize: { divide: 255 },
  })
  assert.equal(descriptionOf(artifact).examples, { train: 9000, validation: 1000, test: 10000 })
  const opened = await openDataset(artifact, open)
  // The first labels of the test set, as everyone knows them.
  assert.equal([...opened.split('test')!.labels.subarray(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
})
