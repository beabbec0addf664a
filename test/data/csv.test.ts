import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { ProblemError } from '../../src/core/problem.js'
import { stream } from '../../src/core/random.js'
import { csvRecords } from '../../src/sources/csv-records.js'
import { placeOf } from '../../src/sources/place.js'
import type { SourceOf, Task } from '../../src/sources/tables.js'
import { fileOf, said, loadSource, inspectSource, reading } from '../sources/rig.js'
import { assert, suite } from '../suite.js'

const test = suite('data/csv')

type Csv = SourceOf<'csv'>
const table = (text: string | Uint8Array, more: Partial<Csv> = {}): Csv => ({
  type: 'csv',
  path: fileOf('table.csv', text),
  ignore: [],
  header: true,
  delimiter: ',',
  label: 'kind',
  ...more,
})
const load = (source: Csv, task: Task = 'classification', classNames?: string[]) =>
  loadSource(source, { task, random: stream(1), ...(classNames ? { classNames } : {}) })

const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`

test('what is written as RFC 4180 says is read as it was, across chunks', async () => {
  const field = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '😀', '1'),
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.nat(70_000),
      async (records, end, padding) => {
        // A long first record shifts the others over the chunks' ends.
        const all = [['x'.repeat(padding), 'y'], ...records]
        const text = all.map(each => each.map(quote).join(',')).join(end) + end
        const read: (readonly string[])[] = []
        await reading(async each => {
          for await (const batch of csvRecords(await placeOf(fileOf('p.csv', text), each), ','))
            read.push(...batch.map(({ fields }) => fields))
        })
        assert.equal(read, all)
      },
    ),
    { numRuns: 60, seed: 4 },
  )
})

test('indices, words, quotes, a mark at the beginning, empty lines and gzip', async () => {
  const text = '\uFEFFa,kind,"b, c"\r\n1,0,2.5\r\n\r\n"3",2,-1e2\r\n'
  for (const bytes of [text, gzipSync(text)]) {
    const source = table(bytes)
    const { facts } = await inspectSource(source, 'classification')
    assert.equal(facts, { examples: 2, shape: [2], classes: 3, perClass: [1, 0, 1] })
    const { features, labels } = await load(source)
    assert.equal([...features], [1, 2.5, 3, -100])
    assert.equal([...labels], [0, 2])
  }
})

test('words are classes in the order of the alphabet, or of `classNames`', async () => {
  const source = table('x,kind\n1,dog\n2,cat\n3,dog\n')
  const { facts } = await inspectSource(source, 'classification')
  assert.equal(facts!.words, [
    ['cat', 1],
    ['dog', 2],
  ])
  assert.equal([...(await load(source, 'classification', ['dog', 'eel', 'cat'])).labels], [0, 2, 0])
})

test('columns by place without a header, some ignored, another delimiter', async () => {
  const source = table('5;1;9;0\n6;0;8;0\n', { header: false, label: 1, ignore: [3], delimiter: ';' })
  const { features, labels } = await load(source)
  assert.equal([...features], [5, 9, 6, 8])
  assert.instance(features, Uint8Array)
  assert.equal([...labels], [1, 0])
})

test('targets of a regression, one or several', async () => {
  const { label: _, ...bare } = table('a,u,v\n1,2.5,3\n4,5,6\n')
  const several: Csv = { ...bare, targets: ['v', 'u'] }
  assert.equal([...(await load(several, 'regression')).targets], [3, 2.5, 6, 5])
  assert.equal([...(await load({ ...bare, label: 'u' }, 'regression')).targets], [2.5, 5])
  assert.equal((await inspectSource(several, 'regression')).facts, { examples: 2, shape: [1], classes: 2 })
})

test('numbers keep to the narrowest type that is exact', async () => {
  const typeOf = async (values: string): Promise<string> =>
    (await load(table(`x,kind\n${values},0\n`))).features.constructor.name
  assert.is(await typeOf('255'), 'Uint8Array')
  assert.is(await typeOf('256'), 'Int32Array')
  assert.is(await typeOf('-1'), 'Int32Array')
  assert.is(await typeOf('2147483648'), 'Float64Array')
  assert.is(await typeOf('0.5'), 'Float64Array')
})

const wrong: [string, Partial<Csv>, string][] = [
  ['x,kin\n1,0\n', {}, 'csv-column at label: table.csv has no column "kind"; it has 2: x, kin'],
  ['x,kind\n1,0\n2\n', {}, 'csv-record at path: table.csv, line 3: 1 fields, but there are 2 columns'],
  ['x,x,kind\n1,2,0\n', {}, 'csv-column at path: table.csv names two columns "x"'],
  ['x,kind\n', {}, 'file-truncated at path: table.csv holds no data record'],
  ['', {}, 'file-truncated at path: table.csv holds no record'],
  ['x,kind\n1,\n', {}, 'data-label at path: table.csv, line 2: no class in column "kind"'],
  ['kind\n1\n', {}, 'csv-column at path: table.csv has no column left for features'],
  [
    'x,kind\n1,"0\n',
    {},
    'csv-record at path: table.csv, line 2: a quote stands inside a field or is never closed',
  ],
  ['x,kind\n1,0\n', { ignore: [7] }, 'csv-column at ignore.0: table.csv has no column 7; it has 2: x, kind'],
]
for (const [text, more, expected] of wrong)
  test(`said before anything runs: ${expected}`, async () => {
    const { facts, faults } = await inspectSource(table(text, more), 'classification')
    assert.is(facts, undefined)
    assert.equal(said(faults), [expected])
  })

test('text that is not UTF-8', async () => {
  const { faults } = await inspectSource(table(Buffer.from([0x78, 0xff, 0xfe, 0x0a])), 'classification')
  assert.match(said(faults)[0]!, /^file-format at path: table.csv is not UTF-8 text/)
})

test('a cell that is no number is found with its line and column', async () => {
  for (const [cell, why] of [
    ['', 'nothing stands there'],
    ['NaN', '"NaN" is no number'],
    ['0x10', '"0x10" is no number'],
    ['1e999', '"1e999" is no number'],
  ] as const) {
    const error = await load(table(`a,b,kind\n1,2,0\n3,${cell},1\n`)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.instance(error, ProblemError)
    assert.is((error as ProblemError).problems[0]!.message, `table.csv, line 3, column "b": ${why}`)
  }
})
