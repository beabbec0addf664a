import { type CsvTable, dataRecords, openCsv } from '../sources/csv.js'
import { unreadable } from '../sources/fault.js'
import type { SourceOf, Task } from '../sources/tables.js'
import type { Examples } from './examples.js'
import type { Numbers } from './numbers.js'

/** Numbers gathered without knowing their count: a growing array that doubles. */
const growing = (): { push(value: number): void; done(): Float64Array } => {
  let held = new Float64Array(4096)
  let length = 0
  return {
    push: value => {
      if (length === held.length) {
        const larger = new Float64Array(2 * held.length)
        larger.set(held)
        held = larger
      }
      held[length++] = value
    },
    done: () => held.subarray(0, length),
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

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

const numberIn = (table: CsvTable, fields: readonly string[], column: number, line: number): number => {
  const text = fields[column]!.trim()
  const value = decimal.test(text) ? Number(text) : NaN
  if (Number.isFinite(value)) return value
  return unreadable(
    'data-not-finite',
    `${table.place.title}, line ${line}, column "${table.columns[column]}": ${text === '' ? 'nothing stands there' : `${JSON.stringify(text)} is no number`}`,
    {
      path: ['path'],
      hint: `Fill or remove such records, or leave the column out: \`ignore: [${table.columns[column]}]\`.`,
    },
  )
}

/** Reads a table whole. `classNames`: words that stand for class indices, where labels are words. Leaves as `Unreadable`. */
export const readCsv = async (
  source: SourceOf<'csv'>,
  task: Task,
  classNames: readonly string[] | undefined,
): Promise<Examples> => {
  const table = await openCsv(source, task)
  const features = growing()
  const labels = growing()
  const targets = growing()
  const classes = new Map(classNames?.map((name, index) => [name, index]))
  for await (const records of dataRecords(table)) {
    for (const { line, fields } of records) {
      for (const column of table.features) features.push(numberIn(table, fields, column, line))
      for (const column of table.targets) targets.push(numberIn(table, fields, column, line))
      if (table.label === undefined) continue
      const word = fields[table.label]!.trim()
      const label = classes.get(word) ?? (/^\d{1,7}$/.test(word) ? Number(word) : undefined)
      if (label === undefined)
        unreadable('data-label', `${table.place.title}, line ${line}: ${JSON.stringify(word)} is no class`, {
          path: ['path'],
        })
      labels.push(label!)
    }
  }
  const all = features.done()
  const size = table.features.length
  return {
    count: all.length / size,
    size,
    features: narrowest(all),
    labels: Int32Array.from(labels.done()),
    targets: Float32Array.from(targets.done()),
  }
}
