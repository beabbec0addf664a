import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatText } from '../../src/language/format/format.js'
import { stream } from '../../src/core/random.js'
import { bench } from '../plan/rig.js'
import { assert, suite } from '../suite.js'
import { randomLayout } from './random-layout.js'

const test = suite('the layout of a recipe')

const folder = join(dirname(fileURLToPath(import.meta.url)), 'fixtures/format')
const laid = (text: string): string => {
  const result = formatText(text, 'recipe.yml')
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.value
}

for (const file of readdirSync(folder).filter(each => each.endsWith('.yml') && !each.endsWith('.laid.yml')))
  test(`${file} is laid out as ${file.replace('.yml', '.laid.yml')}`, () => {
    const expected = join(folder, file.replace('.yml', '.laid.yml'))
    assert.ok(existsSync(expected))
    assert.is(laid(readFileSync(join(folder, file), 'utf8')), readFileSync(expected, 'utf8'))
  })

test('faults of the YAML are told as validate tells them', () => {
  for (const [text, code, place] of [
    ['a: [1\nb: 2\n', 'yaml-syntax', '1:4'],
    ['a: 1\na: 2\n', 'duplicate-key', '2:1'],
    ['a: !secret x\n', 'yaml-tag', '1:4'],
    ['a: *b\n', 'unknown-alias', '1:4'],
    ['- a\n', 'wrong-type', '1:1'],
    ['# nothing\n', 'empty-recipe', '1:1'],
    ['', 'empty-recipe', '1:1'],
  ] as const) {
    const result = formatText(text, 'recipe.yml')
    assert.not(result.ok, text)
    assert.is(result.problems.length, 1, text)
    const { code: found, at } = result.problems[0]!
    assert.is(found, code)
    assert.is(`${at?.line}:${at?.column}`, place, text)
  }
})

test('a recipe with other mistakes is laid out too', () => {
  assert.is(laid('sede:   1\nsteps: {a:  {knd: prune}}\n'), 'sede: 1\nsteps: {a: {knd: prune}}\n')
})

test('an order that an alias needs is kept', () => {
  const text = 'steps:\n  a: &a {kind: x}\nx-b: *a\ntrimtab: 1\n'
  assert.is(laid(text), 'steps:\n  a: &a {kind: x}\n\nx-b: *a\ntrimtab: 1\n')
  const twice = 'x-a: &a 1\nsteps: {s: *a}\nx-b: &a 2\nseed: *a\n'
  assert.is(laid(twice), twice)
})

const planned = {
  seed: 3,
  params: { size: 8, file: { type: 'path', default: 'data.bin', description: 'What is read: bytes' } },
  'x-shared': { note: ['y', '1.0', '- a'] },
  steps: {
    read: { kind: 'source', file: '${{ params.file }}', words: 'two\nlines, and: more' },
    base: { data: 'read', kind: 'make', size: '${{ params.size * 2 }}', retries: 1 },
    half: { kind: 'halve', model: 'base', needs: ['read'] },
    scores: { models: ['base', 'half'], kind: 'measure', top: 3, reference: 'base.model' },
    end: {
      kind: 'gather',
      models: ['half', 'base'],
      text: "it's ${{ params.size > 1 ? 'large' : 'small' }}",
    },
  },
  gates: { 'kept-it': { check: 'half.parameters < 50' } },
}

test('a layout changes no key of a plan', async () => {
  const { plan } = await bench({ 'data.bin': 'abc' })
  const keys = async (written: string) => {
    const made = await plan(written)
    assert.equal(made.problems, [], written)
    return made.instances.map(({ id, status, inputs }) => [id, status, inputs])
  }
  for (let seed = 0; seed < 60; seed++) {
    const text = randomLayout(planned, stream(seed, 'layout')).replace(/^---.*\n/, '')
    const after = laid(`trimtab: 1\n${text}`)
    const before = await keys(text)
    assert.match(JSON.stringify(before), /"miss".*sha256:|sha256:.*"miss"/)
    // The rig writes the version itself.
    assert.equal(await keys(after.replace(/^trimtab: 1$/m, '')), before, `seed ${seed}`)
  }
})

test('a large recipe is laid out in a time that grows with its length', () => {
  const steps = (count: number): string =>
    Array.from(
      { length: count },
      (_, i) =>
        `    s${i}:   # number ${i}\n        # of many\n        kind: prune\n        model: "s${i}"\n`,
    ).join('')
  const time = (count: number): number => {
    const text = `trimtab: 1\nsteps:\n${steps(count)}`
    const started = performance.now()
    laid(text)
    return performance.now() - started
  }
  time(200)
  const [small, large] = [time(500), time(4000)]
  assert.ok(large < small * 8 * 4, `${small.toFixed(0)} ms, then ${large.toFixed(0)} ms`)
})
