import { count, formatBytes } from './figures.js'
import type { Paint } from './paint.js'

/** What a transfer came to, as a person reads it. */
export interface TransferRow {
  readonly ok: boolean
  readonly remote?: string
  readonly results: number
  readonly objects: number
  readonly bytes: number
  readonly there: number
  readonly failed: number
  readonly runs: number
}

const counted = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`

/** `3 results, 12 objects, 4.2 MB`, as far as there are any. */
export const movedText = ({
  results,
  objects,
  bytes,
}: Pick<TransferRow, 'results' | 'objects' | 'bytes'>): string =>
  [
    ...(results > 0 ? [counted(results, 'result')] : []),
    ...(objects > 0 ? [counted(objects, 'object')] : []),
    formatBytes(bytes),
  ].join(', ')

/** One sentence about a push or a pull. */
export const transferLines = (
  row: TransferRow,
  { done, goal }: { readonly done: 'pushed' | 'pulled'; readonly goal: 'there' | 'here' },
  paint: Paint,
): string[] => {
  if (row.remote === undefined) return []
  const way = done === 'pushed' ? 'to' : 'from'
  const moved = row.bytes > 0
  const there = [
    ...(row.there > 0 ? [counted(row.there, 'result')] : []),
    ...(!moved && row.runs > 0 ? [counted(row.runs, 'run')] : []),
  ]
  const were = row.there + (moved ? 0 : row.runs) === 1 ? 'was' : 'were'
  const parts = [
    ...(moved
      ? [
          `${done} ${movedText(row)}${row.runs > 0 ? `, ${counted(row.runs, 'run')}` : ''} ${way} ${row.remote}`,
        ]
      : []),
    ...(there.length > 0
      ? [`${there.join(' and ')} ${were} ${goal}${moved ? '' : ` already (${row.remote})`}`]
      : []),
    ...(row.failed > 0 ? [`${count(row.failed)} could not be ${done}`] : []),
  ]
  if (parts.length === 0) return row.ok ? [`${paint.green('✔')} nothing to be ${done} (${row.remote})`] : []
  return [`${row.ok ? paint.green('✔') : paint.red('✘')} ${parts.join('; ')}`]
}
