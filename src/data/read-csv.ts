import { type CsvRecord, fieldSpan } from '../sources/csv-records.js'
import { type CsvTable, dataRecords, openCsv } from '../sources/csv.js'
import { unreadable } from '../sources/fault.js'
import type { Reading } from '../sources/place.js'
import type { SourceOf, Task } from '../sources/tables.js'
import type { Examples } from './examples.js'
import type { Numbers } from './numbers.js'

/** Numbers in a block that is narrowed once it is full: the text of a number has at least two bytes. */
const blockLength = 32_768

/** Numbers gathered without knowing their count, of which most fit fewer bytes than a double has. */
const growing = (): { push(value: number): void; done(): Numbers } => {
  const blocks: Numbers[] = []
  let block = new Float64Array(blockLength)
  let length = 0
  return {
    push: value => {
      if (length === blockLength) {
        blocks.push(narrowest(block))
        length = 0
      }
      block[length++] = value
    },
    done: () => {
      blocks.push(narrowest(block.subarray(0, length)))
      block = new Float64Array(0)
      const Widest =
        [Float64Array, Int32Array].find(type => blocks.some(each => each instanceof type)) ?? Uint8Array
      const all = new Widest(blocks.reduce((sum, each) => sum + each.length, 0))
      let at = 0
      for (const each of blocks.splice(0)) {
        all.set(each, at)
        at += each.length
      }
      return all
    },
  }
}

/** The narrowest of uint8 and int32 that holds all numbers exactly, else float64, so that normalizing starts from what the text says. */
const narrowest = (numbers: Float64Array): Numbers => {
  let low = 0
  let high = 0
  for (const value of numbers) {
    if (!Number.isInteger(value) || Object.is(value, -0)) return numbers.slice()
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low >= 0 && high <= 255) return Uint8Array.from(numbers)
  return low >= -2147483648 && high <= 2147483647 ? Int32Array.from(numbers) : numbers.slice()
}

/** The largest float32. */
const largest = 3.4028234663852886e38

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** `most`: the largest size that a number of that column may have. */
const numberIn = (table: CsvTable, record: CsvRecord, column: number, most = Infinity): number => {
  const text = record.fields[column]!.trim()
  const value = decimal.test(text) ? Number(text) : NaN
  if (Number.isFinite(value) && Math.abs(value) <= most) return value
  const said = Number.isFinite(value) ? 'is beyond what a float32 holds' : 'is no number'
  return unreadable(
    'data-not-finite',
    `${table.place.title}, line ${record.line}, column "${table.columns[column]}": ${text === '' ? 'nothing stands there' : `${JSON.stringify(text)} ${said}`}`,
    {
      path: ['path'],
      within: fieldSpan(table.place, record, column, table.delimiter),
      hint: `Fill or remove such records, or leave the column out: \`ignore: [${table.columns[column]}]\`.`,
    },
  )
}

/** Reads a table whole. `classNames`: words that stand for class indices, where labels are words. Leaves as `Unreadable`. */
export const readCsv = async (
  source: SourceOf<'csv'>,
  task: Task,
  classNames: readonly string[] | undefined,
  reading: Reading,
): Promise<Examples> => {
  const table = await openCsv(source, task, reading)
  const features = growing()
  const labels = growing()
  const targets = growing()
  const classes = new Map(classNames?.map((name, index) => [name, index]))
  for await (const records of dataRecords(table)) {
    for (const record of records) {
      for (const column of table.features) features.push(numberIn(table, record, column))
      for (const column of table.targets) targets.push(numberIn(table, record, column, largest))
      if (table.label === undefined) continue
      const word = record.fields[table.label]!.trim()
      const label = classes.get(word) ?? (/^\d{1,7}$/.test(word) ? Number(word) : undefined)
      if (label === undefined)
        unreadable(
          'data-label',
          `${table.place.title}, line ${record.line}: ${JSON.stringify(word)} is no class`,
          { path: ['path'], within: fieldSpan(table.place, record, table.label, table.delimiter) },
        )
      labels.push(label!)
    }
  }
  const all = features.done()
  const size = table.features.length
  return {
    count: all.length / size,
    size,
    features: all,
    labels: Int32Array.from(labels.done()),
    targets: Float32Array.from(targets.done()),
  }
}
