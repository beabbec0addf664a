/** Sets of whole numbers that are merged, never split (union–find with path halving; the smaller number leads). */
export interface DisjointSets {
  /** A set with one new member: its number. */
  add(): number
  /** The number that leads the set. */
  find(member: number): number
  join(a: number, b: number): void
  readonly size: number
}

export const disjointSets = (): DisjointSets => {
  const parent: number[] = []
  const find = (member: number): number => {
    let at = member
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }
  return {
    add: () => parent.push(parent.length) - 1,
    find,
    join: (a, b) => {
      const [left, right] = [find(a), find(b)]
      if (left < right) parent[right] = left
      else parent[left] = right
    },
    get size() {
      return parent.length
    },
  }
}
