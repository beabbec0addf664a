import { gzipSync } from 'node:zlib'
import type { Random } from '../../src/core/random.js'
import { choose, datasetSettings, oneIn, pick, type HostileCase } from './case.js'
import { damaged } from './damages.js'
import { badlyPacked, bomb } from './packed.js'

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const written = ({ header, rows }: Table, random: Random): string => {
  const end = pick(['\n', '\n', '\r\n'], random)
  const field = (text: string): string => (/[",\n]/.test(text) || oneIn(8, random) ? quoted(text) : text)
  const line = (fields: readonly string[]): string => fields.map(field).join(',')
  const text = [header, ...rows].map(line).join(end) + pick([end, end, ''], random)
  return oneIn(8, random) ? `\ufeff${text}` : text
}

const drawn = (random: Random): Table => {
  const columns = 2 + random.below(5)
  const words = oneIn(2, random)
  const header = [
    ...Array.from({ length: columns }, (_, at) => pick([`c${at}`, `c, ${at}`, `c"${at}`], random)),
    'kind',
  ]
  const number = (): string =>
    pick([`${random.below(300)}`, `${random.normal()}`, `-${random.below(9)}e-2`, `.5`], random)
  const rows = Array.from({ length: 12 + random.below(40) }, (_, at) => [
    ...header.slice(1).map(number),
    words ? pick(['dog', 'cat, or not', 'a "b"'], random) : `${at % 3}`,
  ])
  return { header, rows }
}

const values = [
  '',
  'NaN',
  'inf',
  '-Infinity',
  '1e400',
  '0x10',
  '1_000',
  '=1+1',
  '١',
  '1,5',
  '--1',
  '1e',
  '-0',
  '1e308',
  '3.5e38',
  '9'.repeat(400),
  'null',
  '\0',
  '\u2028',
  '__proto__',
]

/** One field is something else. */
const otherField = (table: Table, random: Random): Table => {
  const rows = table.rows.map(row => [...row])
  const row = pick(rows, random)
  row[random.below(row.length)] = pick(values, random)
  return { ...table, rows }
}

const otherHeader = (table: Table, random: Random): Table => {
  const header = [...table.header]
  header[random.below(header.length)] = pick(
    ['kind', '', ' kind ', '__proto__', 'constructor', 'x'.repeat(5000), '\n', '"'],
    random,
  )
  return { ...table, header }
}

const pieces = [
  '"',
  '""',
  '"\n',
  ',',
  ',,,',
  '\n',
  '\r',
  '\n\n\n',
  '\r\n',
  '\0',
  '\ufeff',
  ';',
  '\t',
  '"a"b',
  '\u0085',
]

const splicedText = (text: string, random: Random): string => {
  let made = text
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(made.length + 1)
    made = made.slice(0, at) + pick(pieces, random) + made.slice(at + random.below(3))
  }
  return made
}

/** Much of something: what takes a time or a memory that grows faster than the file. */
const flood = (text: string, random: Random): string => {
  const count = pick([1000, 30_000, 300_000], random)
  return choose<() => string>(
    [
      [2, () => `"${text}${'1,2,3\n'.repeat(count)}`],
      [2, () => `${text}"${'1,2,3\n'.repeat(count)}`],
      [1, () => `${text}${'"",'.repeat(count)}`],
      [1, () => `${'a,'.repeat(count)}kind\n`],
      [2, () => `${Array.from({ length: count }, (_, at) => `c${at}`).join(',')},kind\n`],
      [1, () => `${','.repeat(count)}\n${','.repeat(count)}\n`],
      [2, () => `a,kind\n${Array.from({ length: count }, (_, at) => `1,w${at}`).join('\n')}\n`],
      [2, () => `a,kind\n${Array.from({ length: count }, (_, at) => `1,${at}`).join('\n')}\n`],
      [1, () => `a,kind\n1,${'x'.repeat(count * 20)}\n`],
      [1, () => `a,kind\n${'1,0\n'.repeat(count)}`],
      [1, () => `a,kind\n${'"1","0"\n'.repeat(count)}`],
      [1, () => '\n'.repeat(count * 4)],
      [1, () => `a,kind\n1,0\n2,999999\n`],
      [1, () => `a,kind\n"${'""'.repeat(count)}",0\n`],
      [1, () => 'x'.repeat(count * 20)],
    ],
    random,
  )()
}

const encodings: readonly ((text: string) => Buffer)[] = [
  text => Buffer.from(`\ufeff${text}`, 'utf16le'),
  text => Buffer.from(text, 'latin1'),
  text => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe])]),
  text => Buffer.from(text.replaceAll('\n', '\r')),
]

export const csvCase = (random: Random): HostileCase => {
  const table = drawn(random)
  const text = written(table, random)
  const sound = oneIn(16, random)
  const regression = oneIn(4, random)
  const bytes = (): Buffer => Buffer.from(text)
  let what = 'sound'
  const as = (word: string, made: Buffer | string): Buffer => {
    what = word
    return Buffer.from(made as string)
  }
  const numeric = { ...table, rows: table.rows.map((row, at) => [...row.slice(0, -1), `${at}`]) }
  const made = sound
    ? Buffer.from(regression ? written(numeric, random) : text)
    : choose<() => Buffer>(
        [
          [24, () => as('damaged', damaged(bytes(), random))],
          [16, () => as('field', written(otherField(table, random), random))],
          [8, () => as('header', written(otherHeader(table, random), random))],
          [20, () => as('spliced', splicedText(text, random))],
          [10, () => as('packed', badlyPacked(bytes(), random))],
          [6, () => as('flood', flood(text, random))],
          [4, () => as('encoding', pick(encodings, random)(text))],
          [1, () => as('bomb', bomb(bytes(), (1 + random.below(400)) * 2 ** 20))],
          [1, () => as('packed flood', gzipSync(flood(text, random)))],
        ],
        random,
      )()
  const source = {
    path: 't.csv',
    ...pick([{ label: 'kind' }, { label: 'kind' }, { label: table.header.length - 1 }], random),
    ...(!sound && oneIn(6, random) ? { header: false } : {}),
    ...(!sound && oneIn(8, random) ? { delimiter: pick([';', '\t', '"', '\n', 'é'], random) } : {}),
  }
  return {
    what: `csv ${what}`,
    kind: 'dataset',
    config: { source: { csv: source }, ...datasetSettings(random, regression) },
    files: new Map([['t.csv', sound && oneIn(3, random) ? gzipSync(made) : made]]),
    sound,
  }
}
