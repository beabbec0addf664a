import { readFileSync, readdirSync } from 'node:fs'
import { ProblemError } from '../../src/core/problem.js'
import { stream } from '../../src/core/random.js'
import { arrayName, type Numbers } from '../../src/data/numbers.js'
import { readArray } from '../../src/data/read-array.js'
import { Unreadable } from '../../src/sources/fault.js'
import { readNpyHeader } from '../../src/sources/npy.js'
import { parseLiteral } from '../../src/sources/python-literal.js'
import { fileOf, fixture, said, loadSource, inspectSource, reading } from '../sources/rig.js'
import { assert, suite } from '../suite.js'

const test = suite('data/arrays')

const expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Record<
  string,
  { shape: number[]; values: number[] }
>

const arrayIn = (path: string): Promise<Numbers> =>
  reading(async each => readArray(await readNpyHeader(path, each)))

test('what numpy wrote is read as numpy has it, whatever type and order', async () => {
  assert.ok(Object.keys(expected).length >= 20)
  for (const [name, { shape, values }] of Object.entries(expected)) {
    await reading(async each => {
      const header = await readNpyHeader(fixture(`${name}.npy`), each)
      assert.equal(header.shape, shape, name)
      assert.equal([...(await readArray(header))].map(Number), values, name)
    })
  }
})

test('types that batches can be made from are kept', async () => {
  const typeOf = async (name: string): Promise<string> => arrayName(await arrayIn(fixture(`${name}.npy`)))
  const types = {
    'c-u1': 'uint8',
    'c-i1': 'int8',
    'c-be-u2': 'uint16',
    'c-be-i4': 'int32',
    'c-le-i8': 'int32',
    'c-le-u8': 'int32',
    'c-le-f2': 'float32',
    'c-be-f4': 'float32',
    'c-be-f8': 'float64',
    bool: 'uint8',
  }
  for (const [name, type] of Object.entries(types)) assert.is(await typeOf(name), type, name)
})

test('what is no plain number is refused by name', async () => {
  const refused: Record<string, string> = {}
  for (const file of readdirSync(fixture('.')).filter(name => name.startsWith('refused-'))) {
    try {
      await arrayIn(fixture(file))
    } catch (error) {
      assert.instance(error, Unreadable)
      const { code, message } = (error as Unreadable).fault
      refused[file] = `${code}: ${message.replace(`${file} `, '').replace(/; plain.*/, '')}`
    }
  }
  assert.equal(refused, {
    'refused-complex.npy': "file-dtype: holds complex numbers (descr '<c16')",
    'refused-date.npy': "file-dtype: holds dates (descr '<M8[D]')",
    'refused-object.npy': "file-dtype: holds Python objects, which only Python can read (descr '|O')",
    'refused-record.npy': 'file-dtype: holds structured records',
    'refused-text.npy': "file-dtype: holds text (descr '<U2')",
    'refused-wide.npy':
      'file-dtype: refused-wide.npy: number 0 is 1152921504606846977, beyond 2^53, which a float64 cannot hold exactly',
  })
})

test('archives, stored and deflated, give their arrays', async () => {
  const load = (path: string, features: string, labels: string) =>
    loadSource(
      { type: 'npz', path: fixture(path), features, labels },
      { task: 'classification', random: stream(1) },
    )
  const stored = await load('stored.npz', 'x_train', 'y_train')
  const deflated = await load('deflated.npz', 'x', 'y')
  assert.equal([...stored.features], expected['c-u1']!.values)
  assert.equal([...deflated.features], expected['c-u1']!.values)
  assert.instance(deflated.features, Float32Array)
  assert.equal([...stored.labels], [0, 2, 1, 2, 0])
  assert.equal([...deflated.labels], [0, 2, 1, 2, 0])
})

test('an array that an archive lacks: the nearest is named', async () => {
  const source = { type: 'npz', path: fixture('stored.npz'), features: 'x_trian', labels: 'y_train' } as const
  const { faults } = await inspectSource(source, 'classification')
  assert.is(faults.length, 1)
  assert.equal(faults[0]!.path, ['features'])
  assert.match(faults[0]!.message, /has no array "x_trian"; it has x_train, y_train$/)
  assert.is(faults[0]!.hint, 'Did you mean "x_train"?')
})

test('an archive without its end, or no archive', async () => {
  const whole = readFileSync(fixture('stored.npz'))
  const of = async (bytes: Uint8Array): Promise<string[]> =>
    said(
      (
        await inspectSource(
          { type: 'npz', path: fileOf('a.npz', bytes), features: 'x_train', labels: 'y_train' },
          'classification',
        )
      ).faults,
    )
  assert.equal(await of(whole.subarray(0, 300)), [
    'file-truncated at path: a.npz has no directory at its end: the archive is cut off or damaged',
  ])
  assert.equal(await of(Buffer.from('hello')), [
    'file-format at path: a.npz is not a zip archive: its first two bytes are not PK',
  ])
})

test('a flipped bit in an archive is found by its checksum', async () => {
  const bytes = readFileSync(fixture('stored.npz'))
  bytes[bytes.indexOf('NUMPY') + 130]! ^= 4
  const path = fileOf('flipped.npz', bytes)
  try {
    await loadSource(
      { type: 'npz', path, features: 'x_train', labels: 'y_train' },
      { task: 'classification', random: stream(1) },
    )
    assert.unreachable()
  } catch (error) {
    assert.instance(error, ProblemError)
    const [problem] = (error as ProblemError).problems
    assert.is(problem!.code, 'file-corrupt')
    assert.match(problem!.message, /^x_train\.npy in flipped\.npz is damaged: its checksum is/)
  }
})

test('a number that is not finite is found with its place', async () => {
  const array = readFileSync(fixture('c-le-f4.npy'))
  array.writeFloatLE(NaN, 128 + 4 * 7)
  const error = await arrayIn(fileOf('holes.npy', array)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, Unreadable)
  assert.is((error as Unreadable).message, 'holes.npy: number 7 (byte 156) is NaN')
})

test('literals of Python, and what is none', () => {
  assert.equal(parseLiteral("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  \n"), {
    descr: '<f4',
    fortran_order: false,
    shape: [3, 4],
  })
  assert.equal(parseLiteral("{'shape': (3L,), 'descr': [('a', '<i4')]}"), {
    shape: [3],
    descr: [['a', '<i4']],
  })
  assert.equal(parseLiteral('{"shape": ()}'), { shape: [] })
  for (const text of ['', '{', '{1: 2}', "{'a' 1}", 'import os', '(1 2)', "{'a': 1} x", '['.repeat(100)])
    assert.is(parseLiteral(text), undefined, text)
})
