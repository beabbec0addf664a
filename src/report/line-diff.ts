/** Lines around a change that are shown with it. */
const around = 1

/** Pairs of lines that are compared at most; beyond it a change is shown as one piece. */
const most = 4_000_000

interface Row {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
  /** Number of the line in the text before; of an added one, of the line that it stands before. */
  readonly line: number
}

/** Lengths of the longest common subsequences of all ends of two lists. */
const lengths = (a: readonly string[], b: readonly string[]): Uint32Array => {
  const width = b.length + 1
  const table = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * width + j] =
        a[i] === b[j]
          ? table[(i + 1) * width + j + 1]! + 1
          : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!)
  return table
}

/** What differs between two stretches, of which `a` begins at line `from`. */
const middle = (a: readonly string[], b: readonly string[], from: number): Row[] => {
  const rows: Row[] = []
  const isLong = a.length * b.length > most
  const width = b.length + 1
  const table = isLong ? undefined : lengths(a, b)
  let i = 0
  let j = 0
  while (i < a.length || j < b.length)
    if (table && i < a.length && j < b.length && a[i] === b[j]) {
      rows.push({ mark: ' ', text: a[i]!, line: from + i })
      i++
      j++
    } else if (
      i < a.length &&
      (j === b.length || !table || table[(i + 1) * width + j]! >= table[i * width + j + 1]!)
    ) {
      rows.push({ mark: '-', text: a[i]!, line: from + i })
      i++
    } else {
      rows.push({ mark: '+', text: b[j]!, line: from + i })
      j++
    }
  return rows
}

/** What differs between two texts, line by line: `-` was, `+` is, with a line around, and `@@ 12` where each piece begins. */
export const lineDiff = (before: string, after: string): string[] => {
  const a = before.replace(/\n$/, '').split('\n')
  const b = after.replace(/\n$/, '').split('\n')
  const shortest = Math.min(a.length, b.length)
  let head = 0
  while (head < shortest && a[head] === b[head]) head++
  let tail = 0
  while (tail < shortest - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const same = (start: number, end: number): Row[] =>
    a.slice(start, end).map((text, index) => ({ mark: ' ', text, line: start + index + 1 }))
  const rows = [
    ...same(Math.max(0, head - around), head),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head + 1),
    ...same(a.length - tail, Math.min(a.length, a.length - tail + around)),
  ]
  const isNear = (index: number): boolean =>
    rows.slice(Math.max(0, index - around), index + around + 1).some(({ mark }) => mark !== ' ')
  const lines: string[] = []
  let shown = -1
  for (const [index, { mark, text, line }] of rows.entries()) {
    if (!isNear(index)) continue
    if (shown < 0 || shown !== index - 1) lines.push(`@@ ${line}`)
    lines.push(`${mark} ${text}`.trimEnd())
    shown = index
  }
  return lines
}
