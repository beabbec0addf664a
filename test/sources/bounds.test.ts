import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { ProblemError, type Fault } from '../../src/core/problem.js'
import { stream } from '../../src/core/random.js'
import type { Source, Task } from '../../src/sources/tables.js'
import { bytesOf } from '../hostile/arrays.js'
import { npyOf, textOf } from '../hostile/npy-files.js'
import { bomb } from '../hostile/packed.js'
import { zipOf } from '../hostile/zip-files.js'
import { predict, runStep } from '../steps/dataset-rig.js'
import { assert, suite } from '../suite.js'
import { fileOf, fixture, idx, inspectSource, loadSource } from './rig.js'

const test = suite('what files claim, and how much they hold')

const labels = fileOf('labels', idx(8, [4], [0, 1, 0, 1]))
const npyLabels = fileOf('y.npy', npyOf(1, textOf("'|u1'", 'False', '(4,)'), Buffer.from([0, 1, 0, 1])))

const faultsOf = async (source: Source, task: Task = 'classification'): Promise<readonly Fault[]> =>
  (await inspectSource(source, task)).faults
const only = async (source: Source, task?: Task): Promise<Fault> => {
  const faults = await faultsOf(source, task)
  assert.is(faults.length, 1, JSON.stringify(faults))
  return faults[0]!
}
const npy = (descr: string, shape = '(4, 2)', body: Uint8Array = Buffer.alloc(32)): Source => ({
  type: 'npy',
  features: fileOf('x.npy', npyOf(1, textOf(descr, 'False', shape), body)),
  labels: npyLabels,
})
const csv = (text: string | Uint8Array, more: object = {}): Source => ({
  type: 'csv',
  path: fileOf('t.csv', text),
  label: 'kind',
  ignore: [],
  header: true,
  delimiter: ',',
  ...more,
})

test('a type that is the name of something every object has is no type', async () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
    assert.is((await only(npy(`'<${name}'`))).code, 'file-dtype', name)
})

test('shapes: more axes than any array, and numbers that are not counted exactly', async () => {
  assert.match((await only(npy("'<f4'", `(${'1, '.repeat(40)})`))).message, /claims 40 axes; at most 32/)
  assert.match((await only(npy("'<f4'", '(4294967296, 4294967296)'))).message, /which no file can hold/)
  assert.is((await only(npy("'<f4'", '(9007199254740993, 1)'))).code, 'file-format')
  const targets: Source = { type: 'idx', images: labels, labels: fileOf('t', idx(13, [4, 0], [])) }
  const images = fileOf('i', idx(8, [4, 2], new Uint8Array(8)))
  assert.match((await only({ ...targets, images }, 'regression')).message, /is empty: its shape is 4×0/)
})

test('packed: what unpacks to too much is told of before memory is taken, wherever it stands', async () => {
  const head = Buffer.alloc(12)
  head.set([0, 0, 8, 2])
  head.writeUInt32BE(4, 4)
  head.writeUInt32BE(2 ** 24, 8)
  const images = fileOf('images', bomb(head, 2 ** 26))
  const told = await only({ type: 'idx', images, labels })
  assert.is(told.code, 'data-too-large')
  assert.match(told.hint!, /unpackedLimit: 4 GB/)
  const { facts } = await inspectSource({ type: 'idx', images, labels }, 'classification')
  assert.not(facts)
  assert.match(
    (await only(csv(gzipSync(`a,kind\n${'1,0\n'.repeat(9_000_000)}`)))).message,
    /unpacks to more than 33.6 MB/,
  )
  const array = npyOf(1, textOf("'|u1'", 'False', '(4, 16777216)'), Buffer.alloc(0))
  const member = { name: 'x.npy', bytes: Buffer.concat([array, Buffer.alloc(2 ** 26)]), deflated: true }
  const labelled = { name: 'y.npy', bytes: readFileSync(npyLabels), deflated: false }
  const archive = fileOf('a.npz', zipOf([member, labelled]))
  assert.is((await only({ type: 'npz', path: archive, features: 'x', labels: 'y' })).code, 'data-too-large')
})

test('archives: two arrays of one name, an offset beyond the file, thousands of members', async () => {
  const [x, y] = [readFileSync(fixture('c-u1.npy')), readFileSync(npyLabels)]
  const members = [
    { name: 'x.npy', bytes: x, deflated: false },
    { name: 'y.npy', bytes: y, deflated: false },
  ]
  const of = (bytes: Buffer): Source => ({
    type: 'npz',
    path: fileOf('a.npz', bytes),
    features: 'x',
    labels: 'y',
  })
  assert.match(
    (await faultsOf(of(zipOf([...members, members[0]!]))))[0]!.message,
    /a\.npz has 2 arrays of the name "x"/,
  )
  const beyond = zipOf(members, (entry, at) => void (at === 0 && entry.writeUInt32LE(0xfffffff0, 42)))
  assert.match((await faultsOf(of(beyond)))[0]!.message, /no member begins at byte 4294967280/)
  const many = Array.from({ length: 20_000 }, (_, at) => ({
    name: `a${at}`,
    bytes: Buffer.alloc(0),
    deflated: false,
  }))
  const [lacking] = await faultsOf(of(zipOf(many)))
  assert.match(lacking!.message, /has no array "x"; it has a0, a1, .* and 19990 more$/)
})

test('tables: an open quote, columns and words without end take a time that grows as the file does', async () => {
  const lines = '1,2\n'.repeat(300_000)
  assert.match((await only(csv(`a,kind\n"${lines}`))).message, /t\.csv, line 2: a quote .* never closed/)
  const long = await only(csv(`a,kind\n1,0\n"${'x,1\n'.repeat(5_000_000)}`))
  assert.match(long.message, /t\.csv: the record from line 3 passes 16777216 characters/)
  const names = Array.from({ length: 150_000 }, (_, at) => `c${at}`).join(',')
  assert.equal(
    (await inspectSource(csv(`${names},kind\n${'1,'.repeat(150_000)}0\n`), 'classification')).facts,
    {
      examples: 1,
      shape: [150_000],
      classes: 1,
      perClass: [1],
    },
  )
  assert.match((await only(csv(`${'a,'.repeat(200_001)}kind\n`))).message, /line 1: more than 200000 fields/)
  assert.match(
    (await only(csv(`a,kind\n1,${'x'.repeat(201)}\n`))).message,
    /a word of 201 characters, too long/,
  )
  const words = Array.from({ length: 10_001 }, (_, at) => `1,${at === 0 ? 'one' : at}`).join('\n')
  assert.match((await only(csv(`a,kind\n${words}\n`))).message, /holds more than 10000 distinct values/)
})

test('tables: a number that is none is told with its line and column in the file', async () => {
  const source = csv('a,b,kind\n1,"two\nlines",0\n3,nan,1\n')
  const error = await loadSource(source, { task: 'classification', random: stream(1) }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.instance(error, ProblemError)
  const { at, code } = (error as ProblemError).problems[0]!
  assert.is(code, 'data-not-finite')
  assert.equal(at, { file: (source as { path: string }).path, line: 2, column: 3, endLine: 3, endColumn: 7 })
})

const failing = async (written: object): Promise<string> =>
  runStep(written).then(
    () => 'nothing',
    (error: unknown) => {
      assert.instance(error, ProblemError)
      return (error as ProblemError).problems.map(({ code, message }) => `${code}: ${message}`).join()
    },
  )

test('numbers that no float32 holds, as they are or once normalized', async () => {
  const floats = (values: readonly number[]): Buffer => {
    const body = Buffer.alloc(values.length * 8)
    values.forEach((value, at) => body.writeDoubleLE(value, at * 8))
    return body
  }
  const of = (values: readonly number[], shape: string): string =>
    fileOf('f.npy', npyOf(1, textOf("'<f8'", 'False', shape), floats(values)))
  const sound = of([1, 2, 3, 4, 5, 6, 7, 8], '(4, 2)')
  const wide = of([1, 2, 3, 4, 5, 6, 7, 1e300], '(4, 2)')
  const source = (features: string, label = npyLabels) => ({ npy: { features, labels: label } })
  assert.match(
    await failing({ source: source(wide) }),
    /data-not-finite: number 7 of the features of train is 1e\+300/,
  )
  for (const normalize of [{ standardize: 'all' }, { standardize: 'feature' }])
    assert.match(
      await failing({ source: source(wide), normalize }),
      /data-not-finite: the features cannot be/,
    )
  assert.is(await failing({ source: source(wide), normalize: { minMax: 'all' } }), 'nothing')
  assert.match(await failing({ source: source(sound), normalize: { divide: 1e-300 } }), /data-not-finite/)
  const targets = of([1, 2, 3, 1e39], '(4,)')
  assert.match(
    await failing({ source: source(sound, targets), task: 'regression' }),
    /data-not-finite: f\.npy: number 3 is 1e\+39/,
  )
  const table = fileOf('t.csv', 'a,kind\n1,1e39\n')
  assert.match(
    await failing({ source: { csv: { path: table, label: 'kind' } }, task: 'regression' }),
    /data-not-finite: t\.csv, line 2, column "kind": "1e39" is beyond what a float32 holds/,
  )
})

test('a normalization of more constants than a description can carry', async () => {
  const values = bytesOf('uint8', new Array<number>(2_200_000).fill(1), true)
  const images = fileOf('i', gzipSync(idx(8, [2, 1_100_000], values)))
  const source = { idx: { images, labels: fileOf('l', idx(8, [2], [0, 1])) } }
  const { faults } = await predict({ source, normalize: { standardize: 'feature' } })
  assert.match(faults[0]!, /normalize-fit at normalize: normalization would have 1100000 constants/)
  assert.equal((await predict({ source, normalize: { standardize: 'all' } })).faults, [])
})
