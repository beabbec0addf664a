import { readFileSync } from 'node:fs'
import { dtypes } from '../../src/engine/graph/binding.js'
import { followers, narrowInputs, products } from '../../src/engine/graph/half-operations.js'
import type { HalfType } from '../../src/engine/graph/mixed-precision.js'
import { mixPrecision } from '../../src/engine/graph/mixed-precision.js'
import type { Node } from '../../src/engine/graph/node.js'
import { identityNode, placeholderNode, type } from '../../src/engine/graph/node.js'
import { nativeBackend } from '../../src/engine/graph/binding.js'
import { Program } from '../../src/engine/graph/program.js'
import { record } from '../../src/engine/graph/recorder.js'
import { openSession } from '../../src/engine/graph/session.js'
import { tf } from '../../src/engine/tf.js'
import { stream } from '../../src/core/random.js'
import { openedNative } from '../fit/graph-rig.js'
import { assert, suite } from '../suite.js'
import { half16, nearest16 } from './bits16.js'

const test = suite('mixed precision')

const operations = { ...products, ...followers }
const halves: readonly HalfType[] = ['float16', 'bfloat16']

interface Definition {
  /** `name:type attribute`, with `*` behind it where it is a list. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

test('inputs and outputs are of the type that TensorFlow defines them to have', () => {
  const file = new URL('fixtures/operations.json', import.meta.url)
  const { operations: defined } = JSON.parse(readFileSync(file, 'utf8')) as {
    operations: Record<string, Definition>
  }
  for (const [op, operation] of Object.entries(operations)) {
    const { inputs, outputs } = defined[op]!
    // Three of each list of tensors.
    const types = inputs.flatMap(input => {
      const [name, list] = input.split(':')[1]!.split('*')
      return list === undefined ? [name] : [name, name, name]
    })
    const own = types.flatMap((name, at) => (name === operation.attr ? [at] : []))
    assert.equal([...narrowInputs(operation, types.length)], own, op)
    const given = outputs.flatMap((name, at) => (name.split('*')[0] === operation.attr ? [at] : []))
    if (operation.outputs) assert.equal([...operation.outputs], given, op)
    else assert.is(given.length, outputs.length, op)
  }
})

const float = { T: type(dtypes.float32) }
const input = (name: string): Node => placeholderNode(name, dtypes.float32, [2, 2])
const node = (name: string, op: string, inputs: readonly string[]): Node => ({
  name,
  op,
  inputs,
  attrs: float,
})

/** The type in which each node of a graph computes, of those that have one. */
const typesOf = (nodes: readonly Node[]): Record<string, string> =>
  Object.fromEntries(
    nodes.flatMap(({ name, attrs }) => {
      const found = Object.entries(dtypes).find(([, number]) => attrs['T']?.value === number)
      return found ? [[name, found[0]]] : []
    }),
  )

test('what lies between two products follows them, and nothing else does', () => {
  const nodes = [
    input('x'),
    input('w'),
    input('b'),
    node('first', 'MatMul', ['x', 'w']),
    node('biased', 'BiasAdd', ['first', 'b']),
    node('active', 'Relu', ['biased']),
    node('second', 'MatMul', ['active', 'w']),
    node('said', 'BiasAdd', ['second', 'b']),
    node('likely', 'Softmax', ['said']),
    identityNode('out', dtypes.float32, 'likely', ['said']),
  ]
  const mixed = mixPrecision('g', nodes, 'bfloat16')
  assert.equal(typesOf(mixed), {
    first: 'bfloat16',
    biased: 'bfloat16',
    active: 'bfloat16',
    second: 'bfloat16',
    said: 'float32',
    likely: 'float32',
    out: 'float32',
  })
  // x, w and b are made narrow, w for both products at once; the second product is made wide again.
  const casts = mixed.filter(({ op }) => op === 'Cast')
  assert.equal(
    casts.map(({ inputs }) => inputs[0]),
    ['x', 'w', 'b', 'second'],
  )
  const byName = new Map(mixed.map(each => [each.name, each]))
  const into = (name: string): string[] =>
    byName.get(name)!.inputs.map(from => byName.get(from)?.inputs[0] ?? from)
  assert.equal(
    into('said'),
    ['second', ''].map((name, at) => (at === 0 ? name : 'b')),
  )
  assert.equal(byName.get('out')!.inputs, ['likely', '^said'])
})

test('what a mean made of the examples is not rounded on its way', () => {
  const nodes = [
    input('x'),
    input('w'),
    node('first', 'MatMul', ['x', 'w']),
    node('mean', 'Mean', ['first', 'x']),
    node('centred', 'Sub', ['first', 'mean']),
    node('scaled', 'Mul', ['centred', 'w']),
    node('second', 'MatMul', ['scaled', 'w']),
  ]
  const types = typesOf(mixPrecision('g', nodes, 'float16'))
  assert.equal(types, {
    first: 'float16',
    mean: 'float32',
    centred: 'float32',
    scaled: 'float32',
    second: 'float16',
  })
})

test('sums of gradients, which lead to no product, stay in float32', () => {
  const nodes = [
    input('x'),
    input('w'),
    node('one', 'MatMul', ['x', 'w']),
    node('two', 'MatMul', ['w', 'x']),
    node('sum', 'AddN', ['one', 'two']),
    node('more', 'Mul', ['sum', 'w']),
  ]
  const types = typesOf(mixPrecision('g', nodes, 'bfloat16'))
  assert.equal(types, { one: 'bfloat16', two: 'bfloat16', sum: 'float32', more: 'float32' })
})

test('statistics of a normalization stay in float32 where its numbers do not', () => {
  const nodes: Node[] = [
    input('x'),
    input('w'),
    node('first', 'Conv2D', ['x', 'w']),
    {
      name: 'normal',
      op: 'FusedBatchNormV3',
      inputs: ['first', 'w', 'w', 'w', 'w'],
      attrs: { T: type(dtypes.float32), U: type(dtypes.float32) },
    },
    node('second', 'Conv2D', ['normal', 'w']),
    node('moving', 'Mul', ['normal:1', 'w']),
  ]
  const mixed = mixPrecision('g', nodes, 'bfloat16')
  const normal = mixed.find(({ name }) => name === 'normal')!
  assert.equal(normal.attrs, { T: type(dtypes.bfloat16), U: type(dtypes.float32) })
  assert.equal(normal.inputs, ['first', 'w', 'w', 'w', 'w'])
  assert.equal(mixed.find(({ name }) => name === 'moving')!.inputs, ['normal:1', 'w'])
})

test('integers and what has other types already are left as they are', () => {
  const whole: Node = { name: 'whole', op: 'MatMul', inputs: ['x', 'x'], attrs: { T: type(dtypes.int32) } }
  const nodes = [placeholderNode('x', dtypes.int32, [2, 2]), whole, node('after', 'Relu', ['x'])]
  assert.equal(mixPrecision('g', nodes, 'float16'), nodes)
})

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
