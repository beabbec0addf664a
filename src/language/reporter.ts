import type { Problem } from '../core/problem.js'
import { shorten } from '../core/shorten.js'
import { spanOf, type Place } from './source-file.js'

/** Collects the problems of one reading. */
export interface Reporter {
  /**
   * `place` absent: it stands in no file (the command line, the environment). A hint that takes a search is given as
   * a function, which is only called for a problem that is told.
   */
  report(
    code: string,
    message: string,
    place?: Place,
    hint?: string | (() => string | undefined),
    severity?: Problem['severity'],
  ): void
  /** How many there are so far. */
  count(): number
  /** Everything so far, by position; nothing twice. */
  problems(): Problem[]
}

/** Problems that are told of one file. Nobody reads more, and a program would choke on them. */
const most = 1000

const order = (a: Problem, b: Problem): number =>
  a.at === undefined || b.at === undefined
    ? Number(a.at !== undefined) - Number(b.at !== undefined)
    : (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : 0) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column

/** Values that could not be read as they stand: whatever else is said of them is an echo. */
const unreadable = new Set(['not-finite', 'number-too-large', 'unknown-alias', 'alias-cycle'])

/** Says how many problems are left out, at the first of them. */
const overflow = (count: number, place: Place | undefined): Problem => ({
  code: 'too-many-problems',
  severity: 'error',
  message: count === 1 ? 'one more problem is not shown' : `${count} more problems are not shown`,
  ...(place ? { at: spanOf(place), frame: place.source.frame(spanOf(place)) } : {}),
  hint: 'Mend those that are shown first.',
})

export const createReporter = (): Reporter => {
  // Frames are drawn at the end: a secret may be found, and hidden, after a problem beside it.
  const found: (Problem & { readonly place?: Place })[] = []
  const seen = new Set<string>()
  const settled = new Set<string>()
  let hidden = 0
  let firstHidden: Place | undefined
  return {
    report: (code, message, place, hint, severity = 'error') => {
      const spot = place ? `${place.source.path} ${place.start} ${place.end}` : ''
      const said = shorten(message)
      const identity = `${code} ${spot} ${said}`
      if (seen.has(identity) || settled.has(spot)) return
      if (found.length >= most) {
        hidden++
        firstHidden ??= place
        return
      }
      seen.add(identity)
      if (unreadable.has(code)) settled.add(spot)
      const at = place && spanOf(place)
      const advice = typeof hint === 'function' ? hint() : hint
      found.push({
        code,
        severity,
        message: said,
        ...(at === undefined ? {} : { at, place: place! }),
        ...(advice === undefined ? {} : { hint: shorten(advice) }),
      })
    },
    count: () => found.length + hidden,
    problems: () => [
      ...found
        .map(({ place, hint, ...each }) => ({
          ...each,
          ...(place && each.at ? { frame: place.source.frame(each.at) } : {}),
          ...(hint === undefined ? {} : { hint }),
        }))
        .sort(order),
      ...(hidden > 0 ? [overflow(hidden, firstHidden)] : []),
    ],
  }
}
