import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse, Parser } from 'yaml'
import { packageFolder } from '../../src/core/home.js'
import { stream } from '../../src/core/random.js'
import { formatText } from '../../src/language/format/format.js'
import { fixtures } from '../problems/rig.js'
import { assert, suite } from '../suite.js'
import { randomLayout, type Data } from './random-layout.js'

const test = suite('laws of the layout')

/** Comments by the library's tokens, not by our own search. */
const comments = (text: string): string[] => {
  const found: string[] = []
  JSON.stringify([...new Parser().parse(text)], (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'comment')
      found.push((value as unknown as { source: string }).source.trim())
    return value
  })
  return found.sort()
}

const data = (text: string): unknown => parse(text, { uniqueKeys: false, maxAliasCount: -1 })

/** What is wrong with a layout; undefined where nothing is. */
const complaint = (text: string): string | undefined => {
  const laid = formatText(text, 'recipe.yml')
  if (!laid.ok) return `refused: ${laid.problems.map(({ code, message }) => `${code} ${message}`).join('; ')}`
  const { value } = laid
  const again = formatText(value, 'recipe.yml')
  if (!again.ok || again.value !== value)
    return `not idempotent:\n${value}\n→\n${again.ok ? again.value : 'refused'}`
  if (!isDeepStrictEqual(data(text), data(value))) return `other data:\n${value}`
  if (!isDeepStrictEqual(comments(text), comments(value))) return `other comments:\n${value}`
  if (!value.endsWith('\n')) return 'no line feed at the end'
  return undefined
}

const name = fc
  .stringMatching(/^[a-z][a-zA-Z0-9]{0,7}$/)
  .filter(text => !['true', 'false', 'null', 'constructor'].includes(text))
const odd = fc.constantFrom(
  'yes',
  '1',
  '1.0',
  '~',
  'null',
  'a: b',
  'a #b',
  '- a',
  '${{ params.x }}',
  '${{ a ? b : c }}',
  'conv*',
  '*x',
  '&x',
  '',
  ' ',
  'x ',
  "it's",
  '"q"',
  '\\d',
  '2024-01-01',
  '0x1f',
  '=',
  '<',
  '---',
  '...',
  '[a]',
  '{a}',
  'a, b',
  '?',
  '? a',
  '!x',
  '%a',
  '@a',
  '`a`',
  'größer',
  '漢字',
  '😀',
  '\u2028',
  '\t',
  'a\tb',
  '\ud800',
  'two\nlines',
  'lines\n\nand: more # yes\n',
  'kept\n\n\n',
  '\n',
  ' \n x',
  'null\n',
)
const text = fc.oneof(
  { weight: 3, arbitrary: name },
  { weight: 3, arbitrary: odd },
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter(each => !/[\p{Cc}\ufffe\uffff]/u.test(each)),
)
const number = fc.oneof(
  fc.integer({ min: -1000, max: 100_000 }),
  fc
    .double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
    .map(each => (Object.is(each, -0) ? 0 : each)),
)
const { value } = fc.letrec<{ value: Data }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 3, arbitrary: text },
    { weight: 2, arbitrary: number },
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ) as fc.Arbitrary<Data>,
}))
const step = fc
  .tuple(name, fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true }))
  .map(([kind, rest]) => ({ ...rest, kind }))
const top = fc.constantFrom(
  'trimtab',
  'description',
  'seed',
  'params',
  'gates',
  'x-more',
  'x-b',
  'engine',
  'unknown',
)
const recipe = fc
  .tuple(
    fc.dictionary(top, value, { noNullPrototype: true }),
    fc.dictionary(name, fc.oneof({ weight: 4, arbitrary: step }, value), {
      maxKeys: 6,
      noNullPrototype: true,
    }),
    fc.nat(),
  )
  .map(([more, steps, at]): Record<string, Data> => {
    const entries: [string, Data][] = Object.entries(more)
    entries.splice(at % (entries.length + 1), 0, ['steps', steps])
    return Object.fromEntries(entries)
  })

test('of random recipes with comments anywhere: laid out twice is laid out once, with the same data and comments', () => {
  fc.assert(
    fc.property(recipe, fc.nat(), (content, seed) => {
      const written = randomLayout(content, stream(seed, 'layout'))
      const found = complaint(written)
      if (found !== undefined) throw new Error(`${found}\n--- of\n${written}`)
    }),
    { numRuns: Number(process.env['TRIMTAB_FUZZ'] ?? 800), endOnFailure: true },
  )
})

test('lines may end in CR LF, and a mark may stand before the first', () => {
  fc.assert(
    fc.property(recipe, fc.nat(), (content, seed) => {
      const written = randomLayout(content, stream(seed, 'layout'))
      const laid = formatText(written, 'recipe.yml')
      const strange = formatText(`\ufeff${written.replaceAll('\n', '\r\n')}`, 'recipe.yml')
      assert.equal(strange, laid)
    }),
    { numRuns: 100, endOnFailure: true },
  )
})

const recipes = ['examples', 'pipelines'].flatMap(folder =>
  readdirSync(join(packageFolder(), folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.yml'))
    .map(name => join(packageFolder(), folder, name)),
)

test('the recipes that ship are laid out already: trimtab fmt does it', () => {
  assert.ok(recipes.length >= 20)
  for (const file of recipes) {
    const written = readFileSync(file, 'utf8')
    const laid = formatText(written, file)
    assert.ok(laid.ok)
    assert.is(laid.ok && laid.value, written, file)
  }
})

test('of every fixture that is YAML', () => {
  let count = 0
  for (const file of readdirSync(fixtures).filter(each => each.endsWith('.yml'))) {
    const written = readFileSync(join(fixtures, file), 'utf8')
    if (!formatText(written, file).ok) continue
    count++
    assert.is(complaint(written), undefined, file)
  }
  assert.ok(count >= 25, `${count}`)
})
