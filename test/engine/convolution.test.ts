import { openEngine } from '../../src/engine/open.js'
import { tf } from '../../src/engine/tf.js'
import { assert, suite } from '../suite.js'
import { difference, drawn } from './shapes.js'

const test = suite('convolution on wasm against the pure JavaScript engine')

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]]
interface Case {
  x: [number, number, number, number]
  filter: [number, number, number, number]
  strides: [number, number]
  pad: Pad
}

const cases: Case[] = []
for (const [height, width] of [
  [8, 7],
  [5, 5],
] as const)
  for (const kernel of [
    [1, 1],
    [3, 3],
    [5, 5],
    [2, 3],
  ] as const)
    for (const [inC, outC] of [
      [1, 3],
      [3, 8],
      [4, 5],
      [5, 9],
      [8, 16],
    ] as const)
      for (const stride of [
        [1, 1],
        [2, 2],
        [3, 2],
      ] as const)
        for (const pad of ['same', 'valid'] as const)
          if ((cases.length * 7 + inC + stride[0]) % 3 === 0 || kernel[0] === 3)
            cases.push({
              x: [2, height, width, inC],
              filter: [...kernel, inC, outC],
              strides: [...stride],
              pad,
            })
cases.push(
  { x: [1, 6, 6, 3], filter: [3, 3, 3, 7], strides: [1, 1], pad: 2 },
  {
    x: [3, 6, 5, 2],
    filter: [3, 2, 2, 4],
    strides: [1, 2],
    pad: [
      [0, 0],
      [2, 1],
      [0, 1],
      [0, 0],
    ],
  },
  { x: [1, 1, 1, 1], filter: [1, 1, 1, 1], strides: [1, 1], pad: 'valid' },
  { x: [1, 4, 4, 400], filter: [1, 1, 400, 3], strides: [1, 1], pad: 'valid' },
  { x: [1, 4, 4, 100], filter: [2, 2, 100, 6], strides: [1, 1], pad: 'same' },
  { x: [1, 3, 3, 2], filter: [2, 2, 2, 300], strides: [1, 1], pad: 'valid' },
)

const results = (each: Case): Float32Array[] =>
  tf.tidy(() => {
    const x = drawn('x', each.x) as tf.Tensor4D
    const filter = drawn('filter', each.filter) as tf.Tensor4D
    const run = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D => tf.conv2d(a, b, each.strides, each.pad)
    const y = run(x, filter)
    const dy = drawn('dy', y.shape)
    const [dx, dFilter] = tf.grads(run as (a: tf.Tensor, b: tf.Tensor) => tf.Tensor)([x, filter], dy)
    const bias = drawn('bias', [each.filter[3]]) as tf.Tensor1D
    const fused = tf.fused.conv2d({
      x,
      filter,
      strides: each.strides,
      pad: each.pad,
      bias,
      activation: 'relu',
    })
    return [y, dx!, dFilter!, fused].map(tensor => tensor.dataSync() as Float32Array)
  })

test('forward, input gradient, filter gradient and fused bias and relu', async () => {
  await openEngine('wasm')
  const got = cases.map(results)
  await openEngine('cpu')
  cases.forEach((each, i) => {
    results(each).forEach((want, part) => {
      const off = difference(got[i]![part]!, want)
      const name = ['y', 'dx', 'dFilter', 'fused'][part]
      assert.ok(off < 2e-5, `${name} of ${JSON.stringify(each)} is off by ${off}`)
    })
  })
})

test('an empty batch gives empty outputs and a zero filter gradient', async () => {
  await openEngine('wasm')
  const filter = drawn('filter', [3, 3, 2, 4]) as tf.Tensor4D
  const x = tf.tensor4d([], [0, 5, 5, 2])
  assert.equal(tf.conv2d(x, filter, 1, 'valid').shape, [0, 3, 3, 4])
  const gradient = tf.grad((f: tf.Tensor) => tf.conv2d(x, f as tf.Tensor4D, 1, 'valid'))(filter)
  assert.ok((gradient.dataSync() as Float32Array).every(value => value === 0))
})
