import { unreadable } from './fault.js'
import { type Place, unpacked } from './place.js'

/** One record of a table. `line` is where it begins, from 1. */
export interface CsvRecord {
  readonly line: number
  readonly fields: readonly string[]
}

/** A record longer than this has a quote that was never closed. */
const longestRecord = 16 * 2 ** 20

const quotesIn = (text: string): number => {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++
  return count
}

/** Fields of a record that holds quotes (RFC 4180: a quote inside is doubled); undefined where they do not pair up. */
const quotedFields = (text: string, delimiter: string): string[] | undefined => {
  const fields: string[] = []
  let at = 0
  for (;;) {
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
}

/**
 * The records of a table, some at a time; empty lines are passed over. Memory is a chunk's and one record's.
 * Leaves where the text is not UTF-8 or a quote does not close.
 */
export async function* csvRecords(place: Place, delimiter: string): AsyncGenerator<CsvRecord[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let offset = 0
  let line = 1
  let rest = ''

  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      return unreadable('file-format', `${place.title} is not UTF-8 text, near byte ${offset}`, {
        hint: 'Save the table as UTF-8.',
      })
    }
  }
  const recordOf = (text: string, from: number): CsvRecord | undefined => {
    const body = text.endsWith('\r') ? text.slice(0, -1) : text
    if (body.trim() === '') return undefined
    const fields = body.includes('"') ? quotedFields(body, delimiter) : body.split(delimiter)
    if (fields === undefined)
      return unreadable(
        'csv-record',
        `${place.title}, line ${from}: a quote stands inside a field or is never closed`,
        {
          hint: 'Fields with quotes or line ends stand in quotes, and a quote inside them is doubled (RFC 4180).',
        },
      )
    return { line: from, fields }
  }
  const take = (last: boolean): CsvRecord[] => {
    const records: CsvRecord[] = []
    let start = 0
    for (;;) {
      let end = rest.indexOf('\n', start)
      let lines = 1
      while (end >= 0 && quotesIn(rest.slice(start, end)) % 2 === 1) {
        end = rest.indexOf('\n', end + 1)
        lines++
      }
      if (end < 0) {
        if (last && start < rest.length) {
          const record = recordOf(rest.slice(start), line)
          if (record) records.push(record)
        }
        break
      }
      const record = recordOf(rest.slice(start, end), line)
      if (record) records.push(record)
      line += lines
      start = end + 1
    }
    rest = rest.slice(start)
    if (rest.length > longestRecord)
      unreadable(
        'csv-record',
        `${place.title}: the record from line ${line} passes ${longestRecord} characters`,
        {
          hint: 'Is a quote left open there, or is this not a table?',
        },
      )
    return records
  }

  for await (const chunk of unpacked(place)) {
    rest += decode(chunk)
    if (offset === 0 && rest.startsWith('\uFEFF')) rest = rest.slice(1)
    offset += chunk.byteLength
    yield take(false)
  }
  rest += decode()
  yield take(true)
}
