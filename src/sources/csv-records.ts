import type { Span } from '../core/problem.js'
import { unreadable } from './fault.js'
import { longestRecord, mostColumns } from './limits.js'
import { type Place, unpacked } from './place.js'

/** One record of a table. */
export interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number
  readonly fields: readonly string[]
  /** As it stands in the file, without its end. */
  readonly text: string
}

/** Fields of a record that holds quotes (RFC 4180: a quote inside is doubled); undefined where they do not pair up. */
const quotedFields = (text: string, delimiter: string, starts?: number[]): string[] | undefined => {
  const fields: string[] = []
  let at = 0
  while (fields.length <= mostColumns) {
    starts?.push(at)
    if (text[at] === '"') {
      let value = ''
      let close = text.indexOf('"', at + 1)
      while (close >= 0 && text[close + 1] === '"') {
        value += text.slice(at + 1, close + 1)
        at = close + 1
        close = text.indexOf('"', at + 1)
      }
      if (close < 0) return undefined
      fields.push(value + text.slice(at + 1, close))
      at = close + 1
      if (at < text.length && text[at] !== delimiter) return undefined
    } else {
      const next = text.indexOf(delimiter, at)
      const end = next < 0 ? text.length : next
      fields.push(text.slice(at, end))
      at = end
    }
    if (at >= text.length) return fields
    at++
  }
  return fields
}

/** The place of a record, or of one of its fields. Lines and columns count from 1. */
export const spanIn = (
  place: Place,
  { line, text }: Omit<CsvRecord, 'fields'>,
  from = 0,
  to = text.length,
): Span => {
  const point = (offset: number): { line: number; column: number } => {
    const before = text.slice(0, offset)
    const last = before.lastIndexOf('\n')
    return { line: line + before.split('\n').length - 1, column: offset - last }
  }
  const [start, end] = [point(from), point(to)]
  return { file: place.file.path, ...start, endLine: end.line, endColumn: end.column }
}

/** The place of a field, by its place in the record. */
export const fieldSpan = (place: Place, record: CsvRecord, field: number, delimiter: string): Span => {
  const starts: number[] = []
  quotedFields(record.text, delimiter, starts)
  const from = starts[field] ?? 0
  const next = starts[field + 1]
  return spanIn(place, record, from, next === undefined ? record.text.length : next - 1)
}

/**
 * The records of a table, some at a time; empty lines are passed over. Memory is a piece's and one record's, and time
 * grows as the file does. Leaves where the text is not UTF-8, a quote does not close, or a record has no end.
 */
export async function* csvRecords(place: Place, delimiter: string): AsyncGenerator<CsvRecord[]> {
  const { title } = place
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let offset = 0
  /** Where the record that is being read begins, and the line ends inside it. */
  let [line, inside] = [1, 0]
  let isOpen = false
  let parts: string[] = []
  let length = 0

  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      return unreadable('file-format', `${title} is not UTF-8 text, near byte ${offset}`, {
        hint: 'Save the table as UTF-8.',
      })
    }
  }
  const recordOf = (whole: string): CsvRecord | undefined => {
    const text = whole.endsWith('\r') ? whole.slice(0, -1) : whole
    if (text.trim() === '') return undefined
    const fields = text.includes('"') ? quotedFields(text, delimiter) : text.split(delimiter, mostColumns + 1)
    const within = (): Span => spanIn(place, { line, text })
    if (fields === undefined)
      return unreadable(
        'csv-record',
        `${title}, line ${line}: a quote stands inside a field or is never closed`,
        {
          within: within(),
          hint: 'Fields with quotes or line ends stand in quotes, and a quote inside them is doubled (RFC 4180).',
        },
      )
    if (fields.length > mostColumns)
      return unreadable('csv-record', `${title}, line ${line}: more than ${mostColumns} fields`, {
        within: within(),
        hint: 'Is it a table? For so many numbers an example, use `npy`.',
      })
    return { line, fields, text }
  }
  const end = (rest: string, records: CsvRecord[]): void => {
    const record = recordOf(parts.length === 0 ? rest : [...parts, rest].join(''))
    if (record) records.push(record)
    parts = []
    length = 0
  }
  const take = (text: string): CsvRecord[] => {
    const records: CsvRecord[] = []
    let start = 0
    let quote = text.indexOf('"')
    for (let next = text.indexOf('\n'); next >= 0; next = text.indexOf('\n', next + 1)) {
      for (; quote >= 0 && quote < next; quote = text.indexOf('"', quote + 1)) isOpen = !isOpen
      if (isOpen) {
        inside++
        continue
      }
      end(text.slice(start, next), records)
      line += inside + 1
      inside = 0
      start = next + 1
    }
    for (; quote >= 0; quote = text.indexOf('"', quote + 1)) isOpen = !isOpen
    parts.push(text.slice(start))
    length += text.length - start
    if (length > longestRecord)
      unreadable('csv-record', `${title}: the record from line ${line} passes ${longestRecord} characters`, {
        within: spanIn(place, { line, text: '' }),
        hint: 'Is a quote left open there, or is this not a table?',
      })
    return records
  }

  for await (const chunk of unpacked(place)) {
    const text = decode(chunk)
    offset += chunk.byteLength
    yield take(text)
  }
  const last = take(decode())
  end('', last)
  yield last
}
