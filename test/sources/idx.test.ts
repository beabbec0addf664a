import { gzipSync } from 'node:zlib'
import { assert, suite } from '../suite.js'
import { fileOf, idx, said, inspectSource } from './rig.js'

const test = suite('sources/idx')

const pixels = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => i)
const images = idx(8, [5, 4, 3], pixels)
const labels = idx(8, [5], [0, 2, 1, 2, 0])

const inspect = (
  one: Uint8Array | string,
  two: Uint8Array | string,
  task: 'classification' | 'regression' = 'classification',
) => inspectSource({ type: 'idx', images: fileOf('images', one), labels: fileOf('labels', two) }, task)

test('a pair of files, plain or gzip, gives shape, counts and classes', async () => {
  const expected = { examples: 5, shape: [4, 3, 1], classes: 3, perClass: [2, 1, 2] }
  assert.equal(await inspect(images, labels), { facts: expected, faults: [] })
  assert.equal(await inspect(gzipSync(images), gzipSync(labels)), { facts: expected, faults: [] })
})

test('axes beyond two stay as they are, and targets may have two', async () => {
  const { facts } = await inspect(
    idx(0x0b, [2, 3, 2, 2], new Uint8Array(48)),
    idx(0x0d, [2, 3], new Uint8Array(24)),
    'regression',
  )
  assert.equal(facts, { examples: 2, shape: [3, 2, 2], classes: 3 })
})

const cases: [string, Uint8Array, Uint8Array, string[]][] = [
  [
    'swapped files',
    labels,
    images,
    [
      'file-shape at images: images has 1 axis (5); features have two or more: examples, then the shape of one',
      'file-shape at labels: labels has 3 axes (5×4×3); labels have one, a class index for each example',
    ],
  ],
  [
    'counts that differ',
    images,
    idx(8, [4], [0, 1, 2, 0]),
    ['files-mismatched at labels: labels has 4 labels, but images has 5 examples'],
  ],
  [
    'a cut body',
    images.subarray(0, 50),
    labels,
    [
      'file-truncated at images: images ends at byte 50, but its header claims 5×4×3 uint8: 76 bytes with the 16 of the header',
    ],
  ],
  [
    'a cut header',
    images.subarray(0, 9),
    labels,
    ['file-truncated at images: images ends at byte 9, inside the 16 bytes of its header'],
  ],
  [
    'nothing at all',
    images.subarray(0, 0),
    labels,
    ["file-truncated at images: images ends at byte 0, inside the 4 bytes of IDX's magic number"],
  ],
  [
    'bytes too many',
    Buffer.concat([images, Buffer.from([1])]),
    labels,
    [
      'file-format at images: images goes on after byte 76, but its header claims 5×4×3 uint8: 76 bytes with the 16 of the header',
    ],
  ],
  [
    'another magic number',
    images,
    Buffer.from('<!DOCTYPE html>'),
    [
      'file-format at labels: labels is not an IDX file: at byte 0 stand 3c 21 44 4f, expected 00 00, a type (08, 09, 0b–0e) and the number of axes',
    ],
  ],
  [
    'a type that there is not',
    images,
    idx(0x0a, [5], [0, 1, 2, 3, 4]),
    [
      'file-format at labels: labels is not an IDX file: at byte 0 stand 00 00 0a 01, expected 00 00, a type (08, 09, 0b–0e) and the number of axes',
    ],
  ],
  [
    'labels below zero',
    images,
    idx(9, [5], [0, 1, 255, 0, 0]),
    ['data-label at labels: labels: label 2 (byte 10) is -1; class indices are whole numbers from 0'],
  ],
  [
    'both files broken: both are said',
    images.subarray(0, 20),
    labels.subarray(0, 10),
    [
      'file-truncated at images: images ends at byte 20, but its header claims 5×4×3 uint8: 76 bytes with the 16 of the header',
      'file-truncated at labels: labels ends at byte 10, but its header claims 5 uint8: 13 bytes with the 8 of the header',
    ],
  ],
]
for (const [name, one, two, expected] of cases)
  test(name, async () => {
    const { facts, faults } = await inspect(one, two)
    assert.is(facts, undefined)
    assert.equal(said(faults), expected)
  })

test('a gzip file that is cut says where, and a damaged one too', async () => {
  const noise = Uint8Array.from({ length: 40_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255)
  const packed = gzipSync(idx(8, [400, 100], noise))
  const cut = await inspect(packed.subarray(0, packed.length >> 1), idx(8, [400], new Uint8Array(400)))
  assert.match(
    said(cut.faults)[0]!,
    /^file-corrupt at images: images: its gzip data ends in the middle, after \d+ unpacked/,
  )
  const short = await inspect(gzipSync(idx(8, [400, 100], noise.subarray(0, 1000))), labels)
  assert.match(
    said(short.faults)[0]!,
    /^file-truncated at images: images ends at byte 1012, but its header claims 400×100 uint8/,
  )
})

test('several gzip members in one file are one stream', async () => {
  const joined = Buffer.concat([gzipSync(images.subarray(0, 30)), gzipSync(images.subarray(30))])
  assert.is((await inspect(joined, labels)).facts?.examples, 5)
})

test('a header that claims the moon takes no memory', async () => {
  const before = process.memoryUsage().arrayBuffers
  const huge = idx(0x0e, [4294967295, 4294967295], [1, 2, 3])
  const large = idx(8, [4000000000], [1, 2, 3])
  for (const pack of [(bytes: Buffer) => bytes, gzipSync]) {
    assert.match(said((await inspect(pack(huge), labels)).faults)[0]!, /^file-(format|truncated) at images/)
    assert.match(said((await inspect(pack(large), labels)).faults)[0]!, /^file-truncated at images/)
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 4e6)
})

test('a missing file and a folder are said', async () => {
  const source = { type: 'idx', images: '/nowhere/x', labels: '/' } as const
  assert.equal(said((await inspectSource(source, 'classification')).faults), [
    'file-missing at images: there is no file /nowhere/x',
    'file-format at labels: / is a folder, not a file',
  ])
})
