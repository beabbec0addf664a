import type { Problem } from '../core/problem.js'
import { spanOf, type Place } from './source-file.js'

/** Collects the problems of one reading. */
export interface Reporter {
  /** `place` absent: it stands in no file (the command line, the environment). */
  report(code: string, message: string, place?: Place, hint?: string, severity?: Problem['severity']): void
  /** Everything so far, by position; of several at one place and of one code the first. */
  problems(): Problem[]
}

const order = (a: Problem, b: Problem): number =>
  a.at === undefined || b.at === undefined
    ? Number(a.at !== undefined) - Number(b.at !== undefined)
    : (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : 0) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column

export const createReporter = (): Reporter => {
  const found: Problem[] = []
  const seen = new Set<string>()
  return {
    report: (code, message, place, hint, severity = 'error') => {
      const at = place && spanOf(place)
      const identity = at ? `${code} ${at.file} ${place.start} ${place.end}` : `${code} ${message}`
      if (seen.has(identity)) return
      seen.add(identity)
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
