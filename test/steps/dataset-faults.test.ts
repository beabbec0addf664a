import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Digest } from '../../src/core/brand.js'
import { digestOf } from '../../src/core/hash.js'
import type { StepFile } from '../../src/core/step-file.js'
import { ProblemError } from '../../src/core/problem.js'
import { fileOf, idx } from '../sources/rig.js'
import { assert, suite } from '../suite.js'
import { pair, predict, runStep } from './dataset-rig.js'

const test = suite('steps/dataset-faults')

const faulty: [string, object, string[]][] = [
  [
    'shapes that differ',
    { source: { idx: pair }, test: 'digits', shape: [7] },
    [
      'data-shape at shape: an example has 6 numbers (2×3×1), not 7 (7)',
      'data-shape at test: an example of test is 28×28×1, one of source is 2×3×1',
    ],
  ],
  [
    'more classes than declared',
    {
      source: { idx: { ...pair, labels: fileOf('labels', idx(8, [10], [0, 1, 0, 1, 4, 1, 0, 1, 0, 1])) } },
      classes: 3,
    },
    ['data-class at classes: the labels go up to 4, which makes 5 classes; 3 are declared'],
  ],
  [
    'a test split twice, and shares too large',
    { source: 'digits', test: 'digits', split: { train: 0.9, test: 0.2 } },
    [
      'split-twice at split.test: the test split has a source of its own and a part of the other',
      'split-share at split: the shares add up to 1.1, more than 1',
    ],
  ],
  [
    'constants to fit, and nothing to fit them on',
    { source: 'digits', split: { test: 1 }, normalize: { standardize: 'all' } },
    ['normalize-fit at normalize: normalization is fitted on the train split, and there is none'],
  ],
  [
    'files that are not there, both',
    { source: { idx: { images: '/nowhere/a', labels: '/nowhere/b' } }, split: { train: 1, validation: 0.5 } },
    [
      'file-missing at source.idx.images: there is no file /nowhere/a',
      'file-missing at source.idx.labels: there is no file /nowhere/b',
      'split-share at split: the shares add up to 1.5, more than 1',
    ],
  ],
  [
    'a word of test that train does not know',
    {
      source: { csv: { path: fileOf('a.csv', 'x,k\n1,cat\n2,dog\n'), label: 'k' } },
      test: { csv: { path: fileOf('b.csv', 'x,k\n1,dgo\n'), label: 'k' } },
    },
    ['data-class at test: 1 example is of class "dgo", which is none of cat, dog'],
  ],
]
for (const [name, written, expected] of faulty)
  test(name, async () => {
    const { description, faults } = await predict(written)
    assert.equal(faults, expected)
    assert.is(description, undefined)
  })

test('data that is damaged behind its header ends the step with a problem', async () => {
  const noise = Uint8Array.from({ length: 60_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255)
  const packed = gzipSync(idx(8, [600, 100], noise))
  packed[packed.length >> 1]! ^= 255
  const written = {
    source: {
      idx: {
        images: fileOf('images.gz', packed),
        labels: fileOf('labels', idx(8, [600], new Uint8Array(600).fill(1))),
      },
    },
  }
  assert.equal((await predict(written)).description?.examples, { train: 600 })
  const error = await runStep(written).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, ProblemError)
  assert.match((error as Error).message, /^images\.gz: its gzip data is damaged near unpacked byte \d+/)
  assert.is((error as ProblemError).problems[0]!.code, 'file-corrupt')
})

test('a file that is no longer what was planned is not read under its old key', async () => {
  const files = (digest: string): StepFile['files'] => ({
    [pair.labels]: { path: pair.labels, digest: digest as Digest, bytes: 18 },
  })
  const whole = await runStep({ source: { idx: pair } }, 5, files(digestOf(readFileSync(pair.labels))))
  assert.ok(whole.outputs['dataset'])
  const error = await runStep({ source: { idx: pair } }, 5, files(digestOf('other'))).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, ProblemError)
  assert.is((error as ProblemError).problems[0]!.code, 'file-changed')
})

test('a class without an example is a warning, and digits are no regression', async () => {
  const labels = fileOf('labels', idx(8, [10], [0, 1, 0, 1, 3, 1, 0, 1, 0, 1]))
  const { description, faults } = await predict({ source: { idx: { ...pair, labels } } })
  assert.equal(faults, ['data-class-empty at source: no example of class 2'])
  assert.is(description?.classes, 4)
  assert.equal((await runStep({ source: { idx: { ...pair, labels } } })).problems?.[0]?.severity, 'warning')
  assert.equal((await predict({ source: 'digits', task: 'regression' })).faults, [
    'dataset-task at source: digits are classes, not numbers to predict',
  ])
})
