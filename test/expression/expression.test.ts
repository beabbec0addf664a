import fc from 'fast-check'
import type { Scope } from '../../src/expression/expression.js'
import { parseExpression, type Names } from '../../src/expression/parse.js'
import { assert, suite } from '../suite.js'

const test = suite('expressions')

const scope: Scope = {
  int8: { accuracy: 0.97, bytes: 27, test: { accuracy: 0.5 }, broken: Number.NaN },
  base: { accuracy: 0.98, bytes: 100, loss: null },
}

const valueOf = (text: string): unknown => {
  const parsed = parseExpression(text)
  if (!parsed.ok) throw new Error(parsed.faults.map(({ message }) => message).join('; '))
  const result = parsed.expression.evaluate(scope)
  return result.ok ? result.value : result
}
const faultsOf = (text: string, names?: Names) => {
  const parsed = parseExpression(text, names)
  return parsed.ok ? [] : parsed.faults
}
const absent = (...names: string[]) => ({ ok: false, reason: 'absent', names })

test('every number is a double: a ratio of bytes is a real ratio', () => {
  assert.is(valueOf('int8.bytes / base.bytes'), 0.27)
  assert.is(valueOf('int8.bytes / base.bytes <= 0.27'), true)
  assert.is(valueOf('int8.bytes / base.bytes <= 0.26'), false)
  assert.is(valueOf('1 / 4'), 0.25)
  assert.is(valueOf('7 % 4 + 7u / 2'), 6.5)
  assert.is(valueOf('0x10 * 2'), 32)
  assert.is(valueOf('-7 / 2'), -3.5)
  assert.is(valueOf('1 == 1.0'), true)
  assert.is(valueOf('size([1, 2, 3]) / 2'), 1.5)
  assert.is(valueOf('"abc".size() / 2'), 1.5)
  assert.is(valueOf('9007199254740993 == 9007199254740992'), true)
})

test('a list index stays whole', () => {
  assert.is(valueOf('[4, 5, 6][1]'), 5)
  assert.is(valueOf('[[1, 2], [3, 4]][1][0] / 2'), 1.5)
  assert.is(faultsOf('[4, 5][0.5]')[0]?.code, 'expression-type')
})

test('the rule reaches into the bodies of macros', () => {
  assert.is(valueOf('[1, 2, 3].map(i, i / 2)[0]'), 0.5)
  assert.is(valueOf('[1, 2].all(i, i / 4 < 1 && int8.accuracy < 1)'), true)
  assert.is(valueOf('mean([1, 2, 4].filter(i, i > 1))'), 3)
  assert.is(valueOf('[1, 2].exists_one(i, i == 2)'), true)
})

interface Sum {
  readonly text: string
  /** NaN as soon as any part of it is no finite number. */
  readonly value: number
}

const join = (a: Sum, operator: string, b: Sum): Sum => {
  const results: Record<string, number> = {
    '+': a.value + b.value,
    '-': a.value - b.value,
    '*': a.value * b.value,
    '/': a.value / b.value,
  }
  const value = results[operator]!
  return { text: `(${a.text} ${operator} ${b.text})`, value: Number.isFinite(value) ? value : Number.NaN }
}

test('any sum of products and quotients of whole numbers is what JavaScript computes', () => {
  const sums = fc.letrec<{ node: Sum }>(tie => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.integer({ min: 0, max: 1000 }).map(value => ({ text: String(value), value })),
      fc
        .tuple(tie('node'), fc.constantFrom('+', '-', '*', '/'), tie('node'))
        .map(([a, operator, b]) => join(a, operator, b)),
    ),
  })).node
  fc.assert(
    fc.property(sums, ({ text, value }) => {
      const parsed = parseExpression(text)
      if (!parsed.ok) return parsed.faults[0]!.code === 'expression-too-large'
      const result = parsed.expression.evaluate({})
      return result.ok ? result.value === value : Number.isNaN(value)
    }),
    { numRuns: 300, seed: 3 },
  )
})

test('added functions', () => {
  assert.is(valueOf('min(3, 1, 2) + max([4, 5])'), 6)
  assert.is(valueOf('abs(-2.5)'), 2.5)
  assert.is(valueOf('round(2.5)'), 3)
  assert.is(valueOf('round(-2.5)'), -3)
  assert.is(valueOf('floor(-0.5)'), -1)
  assert.is(valueOf('ceil(7 / 2)'), 4)
  assert.is(valueOf('mean([1, 2, 6])'), 3)
})

test('what is not there is absent, unless it is outvoted', () => {
  assert.equal(valueOf('zz.a > 1'), absent('zz.a'))
  assert.equal(valueOf('zz.a > 1 && int8.nope > 1'), absent('zz.a', 'int8.nope'))
  assert.equal(valueOf('int8.broken > 0'), absent('int8.broken'))
  assert.equal(valueOf('base.loss < 1'), absent('base.loss'))
  assert.is(valueOf('zz.a > 1 || true'), true)
  assert.is(valueOf('false && zz.a > 1'), false)
  assert.is(valueOf('has(zz.a) ? zz.a > 1 : int8.bytes == 27'), true)
  assert.is(valueOf('has(int8.broken)'), false)
})

test('a result that is no finite number is absent, also inside', () => {
  assert.equal(valueOf('1 / 0'), absent('1 / 0'))
  assert.equal(valueOf('1 / (int8.bytes - 27) > 3'), absent('1 / (int8.bytes - 27) > 3'))
  assert.equal(valueOf('5 % 0 < 1'), absent('5 % 0 < 1'))
  assert.equal(valueOf('mean([]) < 1'), absent('mean([]) < 1'))
  assert.is(valueOf('1 / 0 > 3 || true'), true)
})

test('names come with their places, variables of macros do not', () => {
  const parsed = parseExpression('int8.test.accuracy >= base.accuracy && [1].all(i, i > zz.b)')
  assert.ok(parsed.ok)
  if (parsed.ok)
    assert.equal(parsed.expression.names, [
      { path: ['int8', 'test', 'accuracy'], start: 0, end: 18 },
      { path: ['base', 'accuracy'], start: 22, end: 35 },
      { path: ['zz', 'b'], start: 54, end: 58 },
    ])
})

test('explained with figures', () => {
  const parsed = parseExpression('int8.accuracy >= base.accuracy - 0.01 && zz.a > 1')
  assert.ok(parsed.ok)
  if (parsed.ok) assert.is(parsed.expression.explain(scope), '0.97 >= 0.98 - 0.01 && zz.a > 1')
})

test('unknown names: all at once, at the segment that is wrong, before any type is complained of', () => {
  const names: Names = path =>
    path[0] !== 'params'
      ? { unknown: `no ${path[0]}`, depth: 0 }
      : path[1] === 'epochs'
        ? 'number'
        : { unknown: `no param ${path[1]}`, depth: 1, hint: 'epochs' }
  const faults = faultsOf('params.epoch + "a" - other.b * params.epochs', names)
  assert.equal(
    faults.map(({ code, start, end }) => [code, start, end]),
    [
      ['expression-name', 7, 12],
      ['expression-name', 21, 26],
    ],
  )
})

test('types are checked, and faults are placed', () => {
  const fault = (text: string) => {
    const [first] = faultsOf(text)
    return first && [first.code, text.slice(first.start, first.end)]
  }
  assert.equal(fault('1 + (int8.accuracy >= "high" ? 1 : 2)'), ['expression-type', 'int8.accuracy >= "high"'])
  assert.equal(fault('a.b and c.d'), ['expression-syntax', 'and'])
  assert.equal(fault('a.b = 3'), ['expression-syntax', '='])
  assert.equal(fault('"a".matches("(a+)+$")'), ['expression-name', 'matches'])
  assert.equal(fault('int("3")'), ['expression-name', 'int'])
  assert.equal(fault('_divide(1, 2)'), ['expression-name', '_divide'])
  assert.equal(fault('cel.bind(x, 1, x)'), ['expression-name', 'bind'])
  assert.is(faultsOf('1 + true')[0]?.message, '"+" does not join a number and true/false')
})

test('what it must give', () => {
  assert.not(parseExpression('1 + 1', undefined, 'boolean').ok)
  assert.not(parseExpression('[true]', undefined, 'boolean').ok)
  assert.ok(parseExpression('int8.accuracy > 0', undefined, 'boolean').ok)
})

test('deep and long expressions are refused, not crashed on', () => {
  for (const text of [
    `${'!'.repeat(3900)}true`,
    `${'-'.repeat(3900)}1`,
    `${'('.repeat(1500)}1${')'.repeat(1500)}`,
    `${'['.repeat(1500)}1${']'.repeat(1500)}`,
    `1${' + 1'.repeat(990)}`,
    'a'.repeat(100_000),
    `a${'.b'.repeat(1900)}`,
    `true${' ? true : false'.repeat(200)}`,
  ])
    assert.equal(
      [...new Set(faultsOf(text).map(({ code }) => code))],
      ['expression-too-large'],
      text.slice(0, 20),
    )
})

test('no text crashes it, and every fault lies inside', () => {
  const piece = fc.constantFrom(
    ...'int8.accuracy base.bytes 1 2.5 "a" \'b\' ( ) [ ] { } , : ? ! && || == <= + - * / % . has mean all(i, in null true __proto__ constructor.x u 0x é 𝄞 \\ `'.split(
      ' ',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), pieces => {
      const text = pieces.join(' ')
      const parsed = parseExpression(text)
      if (parsed.ok) {
        parsed.expression.explain(scope)
        parsed.expression.evaluate(scope)
        return true
      }
      return (
        parsed.faults.length > 0 &&
        parsed.faults.every(({ start, end }) => start >= 0 && end >= start && end <= Math.max(1, text.length))
      )
    }),
    { numRuns: 2000, seed: 11 },
  )
})
