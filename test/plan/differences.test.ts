import type { Digest } from '../../src/core/brand.js'
import { differencesOf, namesOf } from '../../src/plan/differences.js'
import { assert, suite } from '../suite.js'

const test = suite('differences between keys')

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}` as Digest
const names = namesOf({
  '/data/a.csv': { path: '/data/a.csv', digest: digest('a') },
  '/data/shard2.bin': { path: '/data/shard2.bin', digest: digest('b') },
})
const told = (was: Record<string, unknown>, is: Record<string, unknown>): string[] =>
  differencesOf(was, is, names).map(({ text }) => text)
const config = (was: unknown, is: unknown): string[] => told({ config: { x: was } }, { config: { x: is } })

test('values: as they are written, nested ones by their trail, long ones cut', () => {
  assert.equal(config(1, 1), [])
  assert.equal(config({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), [])
  assert.equal(config(0, false), ['config.x was 0, is false'])
  assert.equal(config({ a: { b: 1, c: 2 } }, { a: { b: 3, c: 2 } }), ['config.x.a.b was 1, is 3'])
  assert.equal(config([1, 2, 3], [1, 5, 3]), ['config.x[1] was 2, is 5'])
  assert.equal(config(undefined, null), ['config.x is new: null'])
  assert.equal(config('x'.repeat(200), ''), [`config.x was "${'x'.repeat(66)}…, is ""`])
})

test('lists of other lengths name the first entry that differs', () => {
  assert.equal(config(['a', 'c'], ['a', 'b', 'c']), ['config.x had 2 entries, has 3: entry 2 is "b"'])
  assert.equal(config(['a', 'b'], ['a']), ['config.x had 2 entries, has 1: entry 2 was "b"'])
})

test('a variant that is another one changes as a whole; with the same name its fields do', () => {
  assert.equal(config({ adam: { rate: 1 } }, { sgd: { rate: 1 } }), [
    'config.x was {"adam":{"rate":1}}, is {"sgd":{"rate":1}}',
  ])
  assert.equal(config({ adam: { rate: 1 } }, { adam: { rate: 2 } }), ['config.x.adam.rate was 1, is 2'])
})

test('files are told by their names, also inside of larger values', () => {
  assert.equal(config({ file: digest('c') }, { file: digest('a') }), ['file a.csv has other content'])
  assert.equal(config('none', { file: digest('a') }), ['config.x was "none", is "a.csv"'])
  assert.equal(config({ file: digest('c') }, undefined), ['config.x was "file sha256:cccccccc…", is gone'])
  // A field that is called file, and holds no digest.
  assert.equal(config({ file: 'one' }, { file: 'two' }), ['config.x.file was "one", is "two"'])
  assert.equal(told({ files: [digest('d'), digest('c')] }, { files: [digest('d'), digest('b')] }), [
    'file shard2.bin has other content',
  ])
  assert.equal(told({}, { files: [digest('b')] }), ['further files that are read: 1, there were 0'])
})

test('everything else that enters a key', () => {
  const before = {
    kind: 'a',
    revision: 1,
    seed: 7,
    engine: { name: 'wasm', version: '4+x' },
    machine: 'm',
    module: { files: { 'step.js': digest('d') }, packages: [] },
  }
  assert.equal(
    told(before, {
      ...before,
      revision: 2,
      seed: 9,
      engine: { name: 'native', version: '4' },
      machine: 'n',
      module: { files: { 'step.js': digest('e') }, packages: [] },
    }),
    [
      'revision 1 → 2',
      'seed was 7, is 9',
      'engine wasm 4+x → native 4',
      'machine was m, is n',
      "the plug-in's step.js has other content",
    ],
  )
  assert.equal(told({ kind: 'a', seed: 7 }, { kind: 'a', engine: before.engine }), [
    'engine none → wasm 4+x',
    'seed was 7, is none',
  ])
  assert.equal(told(before, { ...before, kind: 'b', revision: 5 }), ['kind was a, is b'])
  // A part that a later version adds.
  assert.equal(told({ later: 1 }, { later: { b: 2 } }), ['later was 1, is {"b":2}'])
})
