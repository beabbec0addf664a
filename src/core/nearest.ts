/**
 * Optimal string alignment distance, or Infinity where it is more than `limit`. What two words begin and end with
 * alike is left out first: among many names most are told apart without a table.
 */
const distanceWithin = (a: string, b: string, limit: number): number => {
  let start = 0
  let [endA, endB] = [a.length, b.length]
  while (start < endA && start < endB && a.charCodeAt(start) === b.charCodeAt(start)) start++
  while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA--
    endB--
  }
  const [rows, columns] = [endA - start, endB - start]
  if (Math.abs(rows - columns) > limit) return Infinity
  if (rows === 0 || columns === 0) return Math.max(rows, columns)
  // Nothing in common at all but one place: as many edits as the longer is long, or one exchange.
  if (rows === 1 && columns === 1) return 1
  let before: number[] = []
  let last = Array.from({ length: columns + 1 }, (_, j) => j)
  for (let i = 1; i <= rows; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= columns; j++) {
      const [x, y] = [a.charCodeAt(start + i - 1), b.charCodeAt(start + j - 1)]
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (x === y ? 0 : 1))
      const isExchange =
        i > 1 && j > 1 && x === b.charCodeAt(start + j - 2) && a.charCodeAt(start + i - 2) === y
      if (isExchange) best = Math.min(best, before[j - 2]! + 1)
      row.push(best)
      least = Math.min(least, best)
    }
    // An exchange may reach back two rows, and costs one.
    if (least > limit + 1) return Infinity
    before = last
    last = row
  }
  return last[columns]!
}

/** One of two words is the beginning of the other: `valid` of `validation`, `max` of `maximum`. */
const isBegun = (lower: string, candidate: string): boolean => {
  const other = candidate.length >= 3 && lower.length >= 3 ? candidate.toLowerCase() : ''
  return other !== '' && (other.startsWith(lower) || lower.startsWith(other))
}

/** The known word that a misspelt one was most likely meant to be; undefined where none is near (optimal string alignment distance). */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  // Of numbers and single letters none is nearer than another.
  if (word.length > 80 || /^[\d.]+$/.test(word)) return undefined
  const lower = word.toLowerCase()
  let best: string | undefined
  let least = Math.min(Math.max(1, Math.floor(word.length / 3)) + 0.5, word.length - 0.5)
  const begun: string[] = []
  for (const candidate of known) {
    if (isBegun(lower, candidate)) begun.push(candidate)
    if (Math.abs(candidate.length - word.length) > least) continue
    const d = distanceWithin(lower, candidate.toLowerCase(), least)
    if (d < least) {
      least = d
      best = candidate
    }
  }
  return best ?? (begun.length === 1 ? begun[0] : undefined)
}

/** `Did you mean "x"?`, or undefined. */
export const didYouMean = (word: string, known: Iterable<string>): string | undefined => {
  const near = nearest(word, known)
  return near === undefined ? undefined : `Did you mean "${near}"?`
}
