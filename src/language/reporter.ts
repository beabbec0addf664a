import type { Problem } from '../core/problem.js'
import { spanOf, type Place } from './source-file.js'

/** Collects the problems of one reading. */
export interface Reporter {
  /** `place` absent: it stands in no file (the command line, the environment). */
  report(code: string, message: string, place?: Place, hint?: string, severity?: Problem['severity']): void
  /** Everything so far, by position; nothing twice. */
  problems(): Problem[]
}

const order = (a: Problem, b: Problem): number =>
  a.at === undefined || b.at === undefined
    ? Number(a.at !== undefined) - Number(b.at !== undefined)
    : (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : 0) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column

/** Values that could not be read as they stand: whatever else is said of them is an echo. */
const unreadable = new Set(['not-finite', 'number-too-large', 'unknown-alias', 'alias-cycle'])

export const createReporter = (): Reporter => {
  const found: Problem[] = []
  const seen = new Set<string>()
  const settled = new Set<string>()
  return {
    report: (code, message, place, hint, severity = 'error') => {
      const at = place && spanOf(place)
      const spot = at ? `${at.file} ${place!.start} ${place!.end}` : ''
      const identity = `${code} ${spot} ${message}`
      if (seen.has(identity) || settled.has(spot)) return
      seen.add(identity)
      if (unreadable.has(code)) settled.add(spot)
      found.push({
        code,
        severity,
        message,
        ...(at === undefined ? {} : { at, frame: place!.source.frame(at) }),
        ...(hint === undefined ? {} : { hint }),
      })
    },
    problems: () => [...found].sort(order),
  }
}
