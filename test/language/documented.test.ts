import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../src/core/home.js'
import { assert, suite } from '../suite.js'

const test = suite('problem codes')

const root = packageFolder()
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts') && !file.includes('assembly'))
  .map(file => ({ room: file.split(/[/\\]/)[0]!, text: readFileSync(join(root, 'src', file), 'utf8') }))

/** Where a code stands in our sources: after `code:`, or first among the arguments of what makes a problem. */
const written = [
  /\bcode: '([a-z]+(?:-[a-z0-9]+)*)'/g,
  /\b(?:report|problem|fail|refuse|fault|wrong|unreadable|syntax)\(\s*'([a-z]+(?:-[a-z0-9]+)+)'/g,
  /'(?:key|value)',\s*'([a-z]+(?:-[a-z0-9]+)+)'/g,
  /forms \? '(unknown-form)'/g,
]
const codesOf = (text: string): string[] =>
  written.flatMap(pattern => [...text.matchAll(pattern)].map(([, code]) => code!))

const documented = [
  ...readFileSync(join(root, 'docs/problems.md'), 'utf8').matchAll(/^\| `([a-z0-9-]+)` \|/gm),
].map(([, code]) => code!)

/** Those of the file itself have no text to show, or too much: `read.test.ts` and `robust.test.ts` provoke them. */
const ofTheFile = new Set(['recipe-missing', 'recipe-unreadable', 'not-utf8', 'too-many-problems'])

test('every code has a line in docs/problems.md', () => {
  const all = new Set(sources.flatMap(({ text }) => codesOf(text)))
  assert.ok(all.size > 80)
  assert.equal(
    [...all].filter(code => !documented.includes(code)),
    [],
  )
})

test('every line in docs/problems.md is about a code, once', () => {
  const everything = sources.map(({ text }) => text).join('\n')
  assert.equal(
    documented.filter(code => !everything.includes(`'${code}'`)),
    [],
  )
  assert.is(new Set(documented).size, documented.length)
})

test('every code of the language has a fixture', () => {
  const shown = ['test/problems', 'test/language/fixtures/migrate']
    .flatMap(folder => readdirSync(join(root, folder)).map(file => join(root, folder, file)))
    .filter(file => file.endsWith('.txt'))
    .map(file => readFileSync(file, 'utf8'))
    .join('\n')
  const own = sources
    .filter(({ room }) => room === 'language' || room === 'expression')
    .flatMap(({ text }) => codesOf(text))
  assert.ok(own.includes('unknown-form') && own.includes('missing-key') && own.includes('expression-type'))
  assert.equal(
    [...new Set(own)].filter(code => !ofTheFile.has(code) && !shown.includes(`[${code}]`)),
    [],
  )
})
