import fc from 'fast-check'
import { lineDiff } from '../../src/report/line-diff.js'
import { assert, suite } from '../suite.js'

const test = suite('what differs between two texts')

test('what was and what is, with a line around each piece', () => {
  assert.equal(lineDiff('a\nb\nc\nd\ne\nf\ng\nh\n', 'a\nB\nc\nd\ne\nf\nx\ng\nh\n'), [
    '@@ 1',
    '  a',
    '- b',
    '+ B',
    '  c',
    '@@ 6',
    '  f',
    '+ x',
    '  g',
  ])
  assert.equal(lineDiff('a\nb\n', 'a\nb\n'), [])
})

/** Makes the second text of the first and what is said to differ. */
const patched = (before: string, diff: readonly string[]): string => {
  const lines = before.replace(/\n$/, '').split('\n')
  const made: string[] = []
  let at = 0
  for (const row of diff) {
    const start = /^@@ (\d+)$/.exec(row)?.[1]
    if (start !== undefined) {
      while (at < Number(start) - 1) made.push(lines[at++]!)
      continue
    }
    if (row[0] !== '+') assert.is(row.slice(2), lines[at])
    if (row[0] !== '-') made.push(row.slice(2))
    if (row[0] !== '+') at++
  }
  return `${[...made, ...lines.slice(at)].join('\n')}\n`
}

test('the second text can be made of the first and the difference', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
    .map(lines => `${lines.join('\n')}\n`)
  fc.assert(
    fc.property(text, text, (before, after) => {
      assert.is(patched(before, lineDiff(before, after)), after)
    }),
  )
})

test('long texts without a line in common take no longer than a moment', () => {
  const lines = (mark: string): string => Array.from({ length: 20_000 }, (_, i) => `${mark}${i}\n`).join('')
  const started = performance.now()
  assert.is(lineDiff(lines('a'), lines('b')).length, 40_001)
  assert.ok(performance.now() - started < 3000)
})
