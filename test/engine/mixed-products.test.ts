import { stream } from '../../src/core/random.js'
import { nativeBackend } from '../../src/engine/graph/binding.js'
import type { HalfType } from '../../src/engine/graph/mixed-precision.js'
import { Program } from '../../src/engine/graph/program.js'
import { record } from '../../src/engine/graph/recorder.js'
import { openSession } from '../../src/engine/graph/session.js'
import { tf } from '../../src/engine/tf.js'
import { openedNative } from '../fit/graph-rig.js'
import { assert, suite } from '../suite.js'
import { half16, nearest16 } from './bits16.js'

const test = suite('products in mixed precision')

const halves: readonly HalfType[] = ['float16', 'bfloat16']

test('numbers of 16 bits are rounded to the nearest, ties to even', () => {
  assert.is(nearest16(1 + 2 ** -8, 'bfloat16'), 1)
  assert.is(nearest16(1 + 3 * 2 ** -8, 'bfloat16'), 1 + 2 ** -6)
  assert.is(nearest16(65520, 'float16'), Infinity)
  assert.is(nearest16(65519, 'float16'), 65504)
  assert.is(nearest16(2 ** -25, 'float16'), 0)
  assert.is(nearest16(1.5 * 2 ** -24, 'float16'), 2 ** -23)
})

/** What a graph makes of two tensors in mixed precision. */
const inGraph = (
  work: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  [a, b]: readonly [tf.Tensor, tf.Tensor],
  half: HalfType,
): Float32Array => {
  const { binding } = nativeBackend()!
  const { recording, result } = record(recorder => {
    const [x, y] = [tf.clone(a), tf.clone(b)]
    recorder.feed('a', x)
    recorder.feed('b', y)
    return { fetches: new Map([['out', recorder.idOf(work(x, y))]]) }
  })
  const program = new Program(binding)
  const signature = program.add('product', recording, result, half)
  assert.ok(program.nodes.some(({ op }) => op === 'Cast'))
  const session = openSession(binding, program, new Map())
  try {
    const feeds = new Map([
      ['a', a.dataSync() as Float32Array],
      ['b', b.dataSync() as Float32Array],
    ])
    return session.run(signature, feeds).get('out') as Float32Array
  } finally {
    session.dispose()
  }
}

const drawn = (shape: readonly number[], name: string): tf.Tensor => {
  const random = stream(5, name)
  const size = shape.reduce((a, b) => a * b, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    [...shape],
  )
}

const rounded = (tensor: tf.Tensor, half: HalfType): number[] =>
  [...(tensor.dataSync() as Float32Array)].map(value => nearest16(value, half))

test('a product is that of rounded numbers, rounded', async () => {
  if (!(await openedNative())) return
  const [rows, depth, columns] = [5, 7, 3]
  const [a, b] = [drawn([rows, depth], 'a'), drawn([depth, columns], 'b')]
  for (const half of halves) {
    const said = inGraph((x, y) => tf.matMul(x, y), [a, b], half)
    const [left, right] = [rounded(a, half), rounded(b, half)]
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        let sum = 0
        let size = 0
        for (let at = 0; at < depth; at++) {
          const term = left[row * depth + at]! * right[at * columns + column]!
          sum += term
          size += Math.abs(term)
        }
        // On the processor it is added up in 16 bits: a rounding for each term.
        const apart = Math.abs(said[row * columns + column]! - sum)
        assert.ok(apart <= depth * half16[half] * size, `${half} ${row} ${column}: ${apart}`)
        assert.is(said[row * columns + column], nearest16(said[row * columns + column]!, half))
      }
  }
  tf.dispose([a, b])
})

test('a convolution of odd shape is that of rounded numbers, rounded', async () => {
  if (!(await openedNative())) return
  const [a, b] = [drawn([2, 5, 4, 3], 'x'), drawn([3, 2, 3, 2], 'w')]
  for (const half of halves) {
    const said = inGraph(
      (x, y) => tf.conv2d(x as tf.Tensor4D, y as tf.Tensor4D, [2, 1], 'valid'),
      [a, b],
      half,
    )
    const [x, w] = [rounded(a, half), rounded(b, half)]
    let out = 0
    for (let image = 0; image < 2; image++)
      for (let row = 0; row < 2; row++)
        for (let column = 0; column < 3; column++)
          for (let filter = 0; filter < 2; filter++) {
            let sum = 0
            let size = 0
            for (let i = 0; i < 3; i++)
              for (let j = 0; j < 2; j++)
                for (let channel = 0; channel < 3; channel++) {
                  const from = ((image * 5 + 2 * row + i) * 4 + column + j) * 3 + channel
                  const term = x[from]! * w[((i * 2 + j) * 3 + channel) * 2 + filter]!
                  sum += term
                  size += Math.abs(term)
                }
            const apart = Math.abs(said[out]! - sum)
            assert.ok(apart <= 18 * half16[half] * size, `${half} ${out}: ${apart}`)
            assert.is(said[out], nearest16(said[out]!, half))
            out++
          }
    assert.is(said.length, out)
  }
  tf.dispose([a, b])
})
