import fc from 'fast-check'
import { parse } from 'yaml'
import { readLines } from '../../src/store/lock-lines.js'
import { lockPathOf, type Lock } from '../../src/store/lock.js'
import { parseLock } from '../../src/store/parse-lock.js'
import { printLock } from '../../src/store/print-lock.js'
import { assert, suite } from '../suite.js'
import { anyLock, baselineOf, lockOf, stepOf } from './lock-rig.js'

const test = suite('lock files')

const read = (text: string): Lock => {
  const found = parseLock(text, '/p/recipe.lock.yml')
  if (!found.ok) throw new Error(JSON.stringify(found.problems))
  return found.value.lock
}

const codes = (text: string): string[] => {
  const found = parseLock(text, '/p/recipe.lock.yml')
  return found.ok ? [] : found.problems.map(({ code, at }) => `${at?.line}:${at?.column} ${code}`)
}

test('a lock reads as it was written, every figure to the last bit', () => {
  fc.assert(
    fc.property(anyLock, lock => {
      const again = read(printLock(lock))
      assert.equal(again, JSON.parse(JSON.stringify(lock)) as Lock)
      for (const [id, { metrics = {} }] of Object.entries(lock.steps))
        for (const [split, figures] of Object.entries(metrics))
          for (const [name, value] of Object.entries(figures))
            assert.ok(Object.is(again.steps[id]!.metrics![split]![name], value))
    }),
    { numRuns: 300 },
  )
})

test('equal locks give equal texts, whatever order their parts came in', () => {
  const turned = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([name, each]) => [name, turned(each)]),
        )
      : value
  fc.assert(
    fc.property(anyLock, lock => {
      assert.is(printLock(turned(lock) as Lock), printLock(lock))
      assert.is(printLock(read(printLock(lock))), printLock(lock))
    }),
  )
})

const plainOf = (text: string): unknown => {
  try {
    return parse(text, { version: '1.2', schema: 'core', logLevel: 'silent' })
  } catch {
    return 'broken'
  }
}

test('the fast reader takes what is written, and nothing that a YAML reader reads otherwise', () => {
  let taken = 0
  const same = (text: string): void => {
    const fast = readLines(text)
    if (fast === undefined) return
    taken++
    const slow = plainOf(text) as Record<string, unknown>
    for (const name of Object.keys(slow)) slow[name] ??= {}
    assert.equal(JSON.stringify(fast), JSON.stringify(slow), text)
  }
  fc.assert(
    fc.property(anyLock, lock => {
      const text = printLock(lock)
      assert.is.not(readLines(text), undefined, text)
      same(text)
    }),
  )
  fc.assert(
    fc.property(
      anyLock,
      fc.array(
        fc.tuple(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.nat(3),
          fc.constantFrom(' ', ':', '{', '}', ',', '"', '#', '\n', '-', '0', 'a', 'é', '  ', 'true'),
        ),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
      (lock, edits) => {
        let text = printLock(lock)
        for (const [where, gone, put] of edits) {
          const at = Math.floor(where * text.length)
          text = text.slice(0, at) + put + text.slice(at + gone)
        }
        same(text)
      },
    ),
    { numRuns: 2000 },
  )
  assert.ok(taken > 120, `${taken} taken`)
})

test('the text is made for people and for git: one fact a line, a block a step', () => {
  const lock: Lock = {
    ...lockOf(['base', 'scores[base]'], { 'base.accuracy': baselineOf(0.9) }),
    measured: {
      'speed on CPU × 2, linux-x64': {
        instance: 'speed',
        machine: 'CPU × 2, linux-x64',
        kind: 'benchmark',
        key: stepOf('speed').key,
        made: stepOf('speed').made,
        latency: { base: { p50: 1.5, p95: 2, ratio: 1 } },
      },
    },
  }
  const lines = printLock(lock).split('\n')
  assert.equal(lines.slice(3, 18), [
    'lock: 1',
    'recipe: recipe.yml',
    '',
    'accepted:',
    '',
    '  base.accuracy:',
    '    value: 0.9',
    '    split: test',
    '    by: "Ana <ana@example.org>"',
    '    at: "2026-07-30T12:00:00.000Z"',
    '    run: "20260730-115900-ab12"',
    '  # base.accuracy',
    '# accepted',
    '',
    'steps:',
  ])
  for (const line of [
    '  "scores[base]":',
    '    engine: {name: wasm, version: "4.22.0+abc"}',
    '  "speed on CPU × 2, linux-x64":',
    '      base: {p50: 1.5, p95: 2, ratio: 1}',
  ])
    assert.ok(lines.includes(line), line)
})

test('a recipe and its lock have one stem', () => {
  assert.is(lockPathOf('/p/recipe.yml'), '/p/recipe.lock.yml')
  assert.is(lockPathOf('/p.yml/a.b.yaml'), '/p.yml/a.b.lock.yml')
})

test('what is wrong with a lock is told at its place', () => {
  const text = printLock(lockOf(['a'], { 'a.accuracy': baselineOf(0.5) }))
  assert.equal(codes(text.replace('lock: 1', 'lock: 2')), ['4:1 lock-newer'])
  assert.equal(codes(text.replace('lock: 1', 'lock: 2').replace('accepted:', 'granted:')), ['4:1 lock-newer'])
  assert.equal(codes(text.replace('value: 0.5', 'value: half')), ['10:5 lock-form'])
  assert.equal(codes(text.replace('value: 0.5', 'valeu: 0.5')), ['9:3 lock-form', '10:5 lock-form'])
  assert.equal(codes(text.replace('    split: test', '    split: [test')).length, 1)
  assert.match(codes(text.replace('    split: test', '    split: [test'))[0]!, /^1\d:\d+ lock-syntax$/)
  assert.equal(codes(''), ['1:1 lock-form'])
  assert.equal(codes('- a\n'), ['1:1 lock-form'])
  assert.match(codes(text.replace('  # a.accuracy', '  a.accuracy: {}'))[0]!, /lock-syntax/)
})

test('YAML that a formatter or a person wrote otherwise is the same lock', () => {
  const lock = lockOf(['a'], { 'a.accuracy': baselineOf(0.5) })
  const text = printLock(lock)
  for (const other of [
    text.replaceAll('\n', '\r\n'),
    text.replaceAll(/\{(.*)\}/g, '{ $1 }'),
    text.replaceAll('"', "'"),
    text.replaceAll(/^ *#.*\n/gm, ''),
  ])
    assert.equal(read(other), lock)
})
