import {
  entryOf,
  isBranch,
  keyOf,
  nodesOf,
  type Branch,
  type Comment,
  type Entry,
  type Sheet,
} from './tree.js'

/** Top-level keys as a reader meets them: what it is, what it builds on, its knobs, its work, its judgement. */
const order = [
  'trimtab',
  'description',
  'extends',
  'plugins',
  'allowPaths',
  'store',
  'seed',
  'engine',
  'inputs',
  'params',
  'x-',
  'steps',
  'gates',
  'outputs',
]

/** A key that is not of the language stays behind the one that it follows. */
const ranked = (entries: readonly Entry[]): Entry[] => {
  let rank = -1
  return entries
    .map(entry => {
      const key = keyOf(entry) ?? ''
      const own = order.indexOf(key.startsWith('x-') ? 'x-' : key)
      rank = own < 0 ? rank : own
      return { entry, rank }
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry)
}

/** An alias needs its anchor above it, and means the nearest one. */
const bindsAlike = (entries: readonly Entry[]): boolean => {
  const anchors = new Set<string>()
  for (const { value } of entries)
    for (const node of nodesOf(value)) {
      if (!isBranch(node) && node.style === 'alias' && !anchors.has(node.source.slice(1))) return false
      if (node.anchor === undefined) continue
      if (anchors.has(node.anchor)) return false
      anchors.add(node.anchor)
    }
  return true
}

/** A line for programs, which look for it at the top. */
const isDirective = ({ text }: Comment): boolean => /^#(!|\s*yaml-language-server:)/.test(text)

/** Comments at the top of the file stay there; those right above the first key go where it goes. */
const splitHead = ({ head, root }: Sheet): void => {
  const first = root.entries[0]
  if (!first) return
  const { before } = first
  const gap = first.blank ? before.length : before.findLastIndex(({ blank }) => blank)
  const count = Math.max(gap, before.findLastIndex(isDirective) + 1)
  head.push(...before.slice(0, count))
  first.before = before.slice(count)
}

/** What begins with an entry: its first comment, else itself. */
const topOf = (entry: Entry): { blank: boolean } => entry.before[0] ?? entry

const orderTop = (root: Branch): void => {
  const [first] = root.entries
  const entries = ranked(root.entries)
  if (!first || !bindsAlike(entries)) return
  const { blank } = topOf(first)
  topOf(first).blank = false
  topOf(entries[0]!).blank = blank
  root.entries = entries
}

/** `kind` first, where it is plain to see that nothing else moves with it. */
const kindFirst = (step: Branch): void => {
  const kind = entryOf(step, 'kind')
  const index = kind ? step.entries.indexOf(kind) : 0
  if (!kind || index === 0 || isBranch(kind.value) || kind.value.style === 'alias' || kind.value.anchor)
    return
  if (step.entries.slice(0, index + 1).some(({ before }) => before.length > 0)) return
  const first = step.entries[0]!
  first.blank = false
  step.entries.splice(index, 1)
  step.entries.unshift(kind)
}

/** Puts the keys of a recipe, and of its steps, in their order. Names of steps, params and gates stay as they are. */
export const arrange = (sheet: Sheet): void => {
  splitHead(sheet)
  const { root } = sheet
  orderTop(root)
  const steps = entryOf(root, 'steps')?.value
  if (steps?.kind === 'map') for (const { value } of steps.entries) if (value.kind === 'map') kindFirst(value)
}
