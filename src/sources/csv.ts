import { didYouMean } from '../core/nearest.js'
import { type CsvRecord, csvRecords, fieldSpan, spanIn } from './csv-records.js'
import type { SourceFacts } from './facts.js'
import { unreadable } from './fault.js'
import { longestWord } from './limits.js'
import { mostWords, wordCounts } from './word-counts.js'
import { type Place, type Reading, placeOf } from './place.js'
import type { SourceOf, Task } from './tables.js'

/** A table with its columns told apart. */
export interface CsvTable {
  readonly place: Place
  readonly delimiter: string
  /** Names, or places from 0 where there is no header. */
  readonly columns: readonly string[]
  /** Places of the columns. */
  readonly features: readonly number[]
  readonly label?: number
  readonly targets: readonly number[]
  /** Records before the data: 1 with a header. */
  readonly skipped: number
}

type CsvSource = SourceOf<'csv'>

const placeIn = (
  title: string,
  columns: readonly string[],
  asked: string | number,
  path: (string | number)[],
): number => {
  const place = typeof asked === 'number' ? asked : columns.indexOf(asked)
  if (place >= 0 && place < columns.length) return place
  const listed = columns.length > 12 ? `${columns.slice(0, 12).join(', ')}, …` : columns.join(', ')
  return unreadable(
    'csv-column',
    `${title} has no column ${JSON.stringify(asked)}; it has ${columns.length}: ${listed}`,
    {
      path,
      hint:
        (typeof asked === 'string' ? didYouMean(asked, columns) : undefined) ?? 'Name one of its columns.',
    },
  )
}

/** Reads a table's first record and finds the columns that the source names. Leaves as `Unreadable`. */
export const openCsv = async (source: CsvSource, task: Task, reading: Reading): Promise<CsvTable> => {
  const place = await placeOf(source.path, reading)
  const { title } = place
  let first: readonly string[] | undefined
  for await (const records of csvRecords(place, source.delimiter)) {
    first = records[0]?.fields
    if (first) break
  }
  if (!first) return unreadable('file-truncated', `${title} holds no record`, { path: ['path'] })
  const columns = source.header ? first.map(name => name.trim()) : first.map((_, at) => `${at}`)
  const seen = new Set<string>()
  const twice = columns.find(name => seen.size === seen.add(name).size)
  if (twice !== undefined)
    unreadable('csv-column', `${title} names two columns ${JSON.stringify(twice)}`, {
      path: ['path'],
      hint: 'If its first record is data, set `header: false`.',
    })
  const { label, targets } = source
  if (label !== undefined && targets !== undefined)
    unreadable('csv-column', 'both `label` and `targets` are given', {
      path: ['targets'],
      hint: 'Keep one of them.',
    })
  if (targets !== undefined && task === 'classification')
    unreadable('csv-column', 'a classification has one column of classes, not `targets`', {
      path: ['targets'],
      hint: 'Name it as `label`, or set `task: regression`.',
    })
  if (label === undefined && targets === undefined)
    unreadable(
      'csv-column',
      `which column of ${title} holds the ${task === 'classification' ? 'classes' : 'targets'}?`,
      {
        hint: task === 'classification' ? 'Name it: `label: COLUMN`.' : 'Name them: `targets: [COLUMN]`.',
      },
    )
  const labelAt = label === undefined ? undefined : placeIn(title, columns, label, ['label'])
  const targetsAt =
    task === 'classification'
      ? []
      : (targets?.map((each, i) => placeIn(title, columns, each, ['targets', i])) ?? [labelAt!])
  const ignored = source.ignore.map((each, i) => placeIn(title, columns, each, ['ignore', i]))
  const taken = new Set([...(labelAt === undefined ? [] : [labelAt]), ...targetsAt, ...ignored])
  const features = columns.map((_, at) => at).filter(at => !taken.has(at))
  if (features.length === 0)
    unreadable('csv-column', `${title} has no column left for features`, { path: ['path'] })
  return {
    place,
    delimiter: source.delimiter,
    columns,
    features,
    targets: targetsAt,
    skipped: source.header ? 1 : 0,
    ...(task === 'classification' && labelAt !== undefined ? { label: labelAt } : {}),
  }
}

/** The data records of a table; leaves where one has more or fewer fields than there are columns. */
export async function* dataRecords(table: CsvTable): AsyncGenerator<CsvRecord[]> {
  let skip = table.skipped
  for await (const records of csvRecords(table.place, table.delimiter)) {
    const data = records.slice(skip)
    skip -= records.length - data.length
    for (const record of data) {
      const { line, fields } = record
      if (fields.length !== table.columns.length)
        unreadable(
          'csv-record',
          `${table.place.title}, line ${line}: ${fields.length} fields, but there are ${table.columns.length} columns`,
          { path: ['path'], within: spanIn(table.place, record) },
        )
    }
    yield data
  }
}

/** What stands in the column of classes; leaves where nothing does, or what is too long for a name. */
const wordIn = (table: CsvTable, record: CsvRecord, label: number): string => {
  const word = record.fields[label]!.trim()
  if (word !== '' && word.length <= longestWord) return word
  const what = word === '' ? 'no class' : `a word of ${word.length} characters, too long for a class,`
  return unreadable(
    'data-label',
    `${table.place.title}, line ${record.line}: ${what} in column "${table.columns[label]}"`,
    { path: ['path'], within: fieldSpan(table.place, record, label, table.delimiter) },
  )
}

/**
 * Reads a table through once, keeping no more than its distinct labels: a text has no header that counts its
 * records, and the planner hashes the file in any case.
 */
export const countCsv = async (table: CsvTable): Promise<SourceFacts> => {
  const counted = wordCounts()
  let examples = 0
  for await (const records of dataRecords(table)) {
    examples += records.length
    if (table.label === undefined) continue
    for (const record of records)
      if (!counted.add(wordIn(table, record, table.label)))
        unreadable(
          'data-label',
          `column "${table.columns[table.label]}" of ${table.place.title} holds more than ${mostWords} distinct values`,
          {
            path: ['label'],
            hint: 'Is it the column of classes? For numbers to predict, set `task: regression`.',
          },
        )
  }
  if (examples === 0)
    unreadable('file-truncated', `${table.place.title} holds no data record`, { path: ['path'] })
  const shape = [table.features.length]
  if (table.label === undefined) return { examples, shape, classes: table.targets.length }
  return { examples, shape, ...counted.facts() }
}
