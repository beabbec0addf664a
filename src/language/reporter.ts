import type { Problem } from '../core/problem.js'
import { spanOf, type Place } from './source-file.js'

/** Collects the problems of one reading. */
export interface Reporter {
  /** `place` absent: it stands in no file (the command line, the environment). */
  report(code: string, message: string, place?: Place, hint?: string, severity?: Problem['severity']): void
  /** How many there are so far. */
  count(): number
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
  // Frames are drawn at the end: a secret may be found, and hidden, after a problem beside it.
  const found: (Problem & { readonly place?: Place })[] = []
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
        ...(at === undefined ? {} : { at, place: place! }),
        ...(hint === undefined ? {} : { hint }),
      })
    },
    count: () => found.length,
    problems: () =>
      found
        .map(({ place, hint, ...each }) => ({
          ...each,
          ...(place && each.at ? { frame: place.source.frame(each.at) } : {}),
          ...(hint === undefined ? {} : { hint }),
        }))
        .sort(order),
  }
}
