import type { Span } from '../core/problem.js'
import { codeFrame } from './frame.js'
import { secretStretches } from './secrets.js'

/** A text file that was read; offsets count UTF-16 units of its text, as editors do. */
export interface SourceFile {
  /** Absolute path. */
  readonly path: string
  readonly text: string
  span(start: number, end: number): Span
  /** The lines around a span. What was hidden, and what has the form of a secret, is masked. */
  frame(at: Span): string
  /** Masks a stretch in every frame from now on. */
  hide(start: number, end: number): void
}

/** Where a value stands. */
export interface Place {
  readonly source: SourceFile
  readonly start: number
  readonly end: number
}

export const sourceFile = (path: string, text: string): SourceFile => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)

  const position = (offset: number): { line: number; column: number } => {
    const within = Math.max(0, Math.min(offset, text.length))
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= within) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: within - starts[low]! + 1 }
  }
  const hidden: { readonly start: number; readonly end: number }[] = []
  let secrets: typeof hidden | undefined
  const masked = (line: string, from: number): string => {
    secrets ??= secretStretches(text)
    return [...hidden, ...secrets].reduce((shown, { start, end }) => {
      const first = Math.max(0, start - from)
      const last = Math.min(line.length, end - from)
      // As long as what it stands for, so that carets keep their places.
      return last > first ? shown.slice(0, first) + '•'.repeat(last - first) + shown.slice(last) : shown
    }, line)
  }
  const line = (number: number): string | undefined => {
    const start = starts[number - 1]
    if (start === undefined || number < 1) return undefined
    const end = starts[number] ?? text.length + 1
    const last = end - 1
    // By its code: a pattern would walk through a line of megabytes.
    return masked(
      text.slice(start, last > start && text.charCodeAt(last - 1) === 13 ? last - 1 : last),
      start,
    )
  }

  return {
    path,
    text,
    span: (start, end) => {
      const from = position(start)
      const to = position(Math.max(start, end))
      return { file: path, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
    },
    frame: at => codeFrame(line, at),
    hide: (start, end) => void hidden.push({ start, end }),
  }
}

export const spanOf = ({ source, start, end }: Place): Span => source.span(start, end)
