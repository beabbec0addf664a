import { stripVTControlCharacters } from 'node:util'
import picocolors from 'picocolors'

/** Colours for one stream: none where it is not a terminal or NO_COLOR is set. */
export type Paint = ReturnType<typeof picocolors.createColors> & {
  /** Columns of the terminal; absent: it is none, and lines may be as long as they are. */
  readonly columns?: number
}

export const paintFor = (stream: { readonly isTTY?: boolean; readonly columns?: number }): Paint => ({
  ...picocolors.createColors(
    (stream.isTTY === true || process.env['FORCE_COLOR'] === '1') && !process.env['NO_COLOR'],
  ),
  // A terminal that does not tell its size says 0.
  ...(stream.isTTY === true && stream.columns ? { columns: stream.columns } : {}),
})

/** Columns that a text takes on a terminal, colour codes left out. Our texts are narrow letters and marks. */
export const width = (text: string): number => Array.from(stripVTControlCharacters(text)).length

export const padEnd = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)))
export const padStart = (text: string, to: number): string => ' '.repeat(Math.max(0, to - width(text))) + text
