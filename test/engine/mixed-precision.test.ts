import { readFileSync } from 'node:fs'
import { dtypes } from '../../src/engine/graph/binding.js'
import { followers, narrowInputs, products } from '../../src/engine/graph/half-operations.js'
import { mixPrecision } from '../../src/engine/graph/mixed-precision.js'
import type { Node } from '../../src/engine/graph/node.js'
import { identityNode, placeholderNode, type } from '../../src/engine/graph/node.js'
import { assert, suite } from '../suite.js'

const test = suite('mixed precision')

const operations = { ...products, ...followers }

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
