/** One side of a text in which git left conflicts. */
export interface Side {
  readonly text: string
  /** Line of the whole text, from 1, by line of this one, from 0. */
  readonly lines: readonly number[]
}

const begins = /^<{7}(?: |$)/
const base = /^\|{7}(?: |$)/
const turns = /^={7}$/
const ends = /^>{7}(?: |$)/

export const hasConflicts = (text: string): boolean => /^<{7}(?: |$)/m.test(text)

/** Both sides of a text with git's conflict markers; what a third section shows of their common origin is left out. */
export const sidesOf = (text: string): readonly [ours: Side, theirs: Side] => {
  const sides = [0, 1].map(() => ({ lines: [] as string[], numbers: [] as number[] }))
  let within: readonly number[] = [0, 1]
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const inConflict = within.length < 2
    if (!inConflict && begins.test(line)) within = [0]
    else if (inConflict && base.test(line)) within = []
    else if (inConflict && turns.test(line)) within = [1]
    else if (inConflict && ends.test(line)) within = [0, 1]
    else
      for (const side of within) {
        sides[side]!.lines.push(line)
        sides[side]!.numbers.push(at + 1)
      }
  }
  const [ours, theirs] = sides.map(({ lines, numbers }) => ({ text: lines.join('\n'), lines: numbers }))
  return [ours!, theirs!]
}
