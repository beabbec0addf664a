/** Something to be ordered: what it is called and what must come before it. Names that nobody has are ignored. */
export interface Ordered {
  readonly id: string
  readonly after: readonly string[]
}

/**
 * Each item after what it needs; of those that could come next, the first as given. Items must not wait for
 * themselves: a recipe's circles are found when it is read, and their steps poisoned.
 */
export const topological = <T extends Ordered>(items: readonly T[]): readonly T[] => {
  const index = new Map(items.map(({ id }, at) => [id, at]))
  const waiting = items.map(() => 0)
  const next: number[][] = items.map(() => [])
  for (const [at, { after }] of items.entries()) {
    for (const id of new Set(after)) {
      const from = index.get(id)
      if (from === undefined) continue
      waiting[at]!++
      next[from]!.push(at)
    }
  }
  const sorted: T[] = []
  const done = new Set<number>()
  for (let at = 0; at < items.length;) {
    if (waiting[at] !== 0 || done.has(at)) {
      at++
      continue
    }
    sorted.push(items[at]!)
    done.add(at)
    let first = at + 1
    for (const other of next[at]!) {
      waiting[other]!--
      // An earlier one that has become free comes before all later ones.
      if (waiting[other] === 0 && other < first) first = other
    }
    at = first
  }
  if (sorted.length < items.length) {
    const stuck = items.filter((_, at) => !done.has(at)).map(({ id }) => id)
    throw new Error(`waiting for themselves: ${stuck.join(', ')}`)
  }
  return sorted
}
