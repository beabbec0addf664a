import {
  isBranch,
  keyOf,
  type Branch,
  type Comment,
  type Entry,
  type Leaf,
  type Written,
} from '../format/tree.js'
import type { Refuse } from './migration.js'

/** A plain word in the place of another. */
export const wordInstead = (of: Leaf, text: string): Leaf => ({
  ...of,
  style: 'plain',
  source: text,
  value: text,
})

/** Gives an entry another key; everything else of it stays. */
export const renameKey = (entry: Entry, name: string): void => {
  if (entry.key) entry.key = wordInstead(entry.key, name)
}

/** What an entry's place is called in problems: its key, else its value. */
export const placeOf = ({ key, value }: Entry): Pick<Written, 'start' | 'end'> =>
  key ?? (isBranch(value) ? { start: value.start, end: value.start + 1 } : value)

/** All comments of an entry that does not stay, as comments above something. */
const commentsOf = ({ before, trailing }: Entry): Comment[] => [
  ...before,
  ...(trailing === undefined ? [] : [{ text: trailing, blank: false }]),
]

/** Puts an entry's comments above the one at `index`, or below the last. */
const handOn = (branch: Branch, index: number, comments: readonly Comment[]): void => {
  const next = branch.entries[index]
  if (next) next.before.unshift(...comments)
  else branch.after.unshift(...comments)
}

/** Names that a map would have twice are refused. */
export const refuseTwice = (
  entries: readonly Entry[],
  message: (key: string) => string,
  refuse: Refuse,
): void => {
  const seen = new Set<string>()
  for (const entry of entries) {
    const name = keyOf(entry)!
    if (seen.has(name)) refuse(message(name), placeOf(entry), 'Rename or remove one of them.')
    seen.add(name)
  }
}

/** Puts the entries of a map in a map into the outer one, where the inner one stood. */
export const flatten = (outer: Branch, entry: Entry, refuse: Refuse): void => {
  const { value } = entry
  const index = outer.entries.indexOf(entry)
  if (value.kind !== 'map' || value.anchor !== undefined) {
    refuse(
      `${keyOf(entry)} must be a map of its own to be written flat`,
      placeOf(entry),
      'Write it out here, without an anchor or alias.',
    )
    return
  }
  outer.entries.splice(index, 1, ...value.entries)
  handOn(outer, index + value.entries.length, value.after)
  if (value.entries[0]) value.entries[0].blank = entry.blank
  handOn(outer, index, commentsOf(entry))
}

/** A list of maps as a map: what each has under `name` becomes its key. */
export const mapByName = (list: Branch, name: string, subject: string, refuse: Refuse): Branch => {
  const entries = list.entries.flatMap((item): Entry[] => {
    const { value } = item
    if (value.kind !== 'map') {
      refuse(`${subject} must be a map with "${name}"`, placeOf(item), 'Write it out here.')
      return []
    }
    const own = value.entries.find(entry => keyOf(entry) === name)
    const key = own?.value
    if (!own || !key || isBranch(key) || typeof key.value !== 'string' || key.value === '') {
      if (own) refuse(`the ${name} of ${subject} must be a word`, placeOf(own))
      else refuse(`${subject} has no "${name}"`, placeOf(item), `Give it one: ${name}: WORD.`)
      return []
    }
    value.entries.splice(value.entries.indexOf(own), 1)
    const left = value.entries.length === 0 ? value.after.splice(0) : []
    const trailing = item.trailing ?? own.trailing
    const above = item.trailing === undefined ? own.before : commentsOf(own)
    const more = [...above, ...left]
    if (more[0]) more[0].blank = item.blank
    return [
      {
        key,
        value,
        before: [...item.before, ...more],
        ...(trailing === undefined ? {} : { trailing }),
        blank: more.length === 0 && item.blank,
        start: item.start,
      },
    ]
  })
  refuseTwice(entries, key => `another one before has the ${name} "${key}"`, refuse)
  return { ...list, kind: 'map', entries }
}
