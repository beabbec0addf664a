import { formatBytes } from '../core/units.js'
import type { Paint } from './paint.js'
import { table } from './table.js'

/** A built engine, as far as it is printed. */
export interface BuiltRow {
  readonly name: string
  readonly tensorflow: string
  readonly device: 'cpu' | 'cuda'
  readonly package: string
  readonly source: string
  readonly bytes: number
  readonly used: boolean
  readonly works: boolean
  readonly gpu?: boolean
  readonly why?: string
}

const stateOf = ({ works, used, why, gpu }: BuiltRow, paint: Paint): string => {
  if (!works) return `${paint.red('✘')} ${why ?? 'does not load'}`
  const notes = [used ? 'used' : '', gpu ? 'on the GPU' : '', why ?? ''].filter(note => note !== '')
  return `${paint.green('✔')} ${notes.length === 0 ? 'works' : notes.join(', ')}`
}

/** `trimtab engine list` in a terminal. */
export const engineLines = (rows: readonly BuiltRow[], paint: Paint): string[] =>
  rows.length === 0
    ? ['No engine is built here. `trimtab engine build native` builds one.']
    : table(
        [
          { title: 'engine' },
          { title: 'TensorFlow' },
          { title: 'for' },
          { title: 'built for' },
          { title: 'size', align: 'right' },
          { title: '' },
        ],
        rows.map(row => [
          row.name,
          row.tensorflow,
          row.device === 'cuda' ? 'CUDA' : 'CPU',
          row.package.replace('@tensorflow/', ''),
          formatBytes(row.bytes),
          stateOf(row, paint),
        ]),
        paint,
      )
