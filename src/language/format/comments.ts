import { Parser, type CST } from 'yaml'
import { isBranch, type Branch, type Comment, type Entry, type Sheet } from './tree.js'

interface Found {
  readonly offset: number
  readonly text: string
}

/** Every comment of a text, in order. `tokens`: the text's own, where they are at hand. */
export const commentsOf = (text: string, tokens: Iterable<CST.Token> = new Parser().parse(text)): Found[] => {
  const found: Found[] = []
  const open: unknown[] = [...tokens]
  while (open.length > 0) {
    const each = open.pop()
    if (typeof each !== 'object' || each === null) continue
    if ('type' in each && each.type === 'comment' && 'offset' in each && 'source' in each)
      found.push({ offset: each.offset as number, text: String(each.source).trimEnd() })
    for (const value of Object.values(each)) if (typeof value === 'object') open.push(value)
  }
  return found.sort((a, b) => a.offset - b.offset)
}

const isFull = (node: Entry['value']): node is Branch => isBranch(node) && node.entries.length > 0

/** A branch whose entries begin before an offset: what stands there may belong inside. */
const holds = (node: Entry['value'], offset: number): node is Branch =>
  isFull(node) && (node.flow ? node.start < offset && offset < node.end : node.entries[0]!.start < offset)

const lastBefore = (branch: Branch, offset: number): number => {
  let low = -1
  let high = branch.entries.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (branch.entries[middle]!.start < offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Is there an entry after an offset, at any depth? */
const goesOn = (branch: Branch, offset: number): boolean => {
  const last = branch.entries.at(-1)!
  return last.start > offset || (isFull(last.value) && !last.value.flow && goesOn(last.value, offset))
}

/** A comment on a line of its own belongs to what comes next, or to the block whose end it closes by its column. */
const placeOwn = (branch: Branch, offset: number, column: number, comment: Comment): void => {
  const index = lastBefore(branch, offset)
  const entry = branch.entries[index]
  const next = branch.entries[index + 1]
  if (entry && isFull(entry.value) && !entry.value.flow) {
    const { value } = entry
    if (value.entries[0]!.start > offset) {
      value.entries[0]!.before.push(comment)
      return
    }
    if (goesOn(value, offset) || column >= value.column) {
      placeOwn(value, offset, column, comment)
      return
    }
  } else if (entry && offset < entry.value.end) {
    if (holds(entry.value, offset)) placeOwn(entry.value, offset, column, comment)
    // Between a key and its value, or in empty brackets.
    else entry.before.push(comment)
    return
  }
  if (next) next.before.push(comment)
  else branch.after.push(comment)
}

/** A comment behind something belongs to it. An entry has one: an earlier one goes above. */
const placeTrailing = (
  branch: Branch,
  offset: number,
  text: string,
  holder: Entry | undefined,
): Entry | undefined => {
  const entry = branch.entries[lastBefore(branch, offset)] ?? holder
  if (!entry) return undefined
  if (entry !== holder && holds(entry.value, offset)) return placeTrailing(entry.value, offset, text, entry)
  if (entry.trailing !== undefined) entry.before.push({ text: entry.trailing, blank: false })
  entry.trailing = text
  return entry
}

/** A comment below a dash stands above it, so that the first key can stand beside it. */
const liftAboveDashes = (branch: Branch): void => {
  for (const entry of branch.entries) {
    const { value } = entry
    if (!isBranch(value)) continue
    liftAboveDashes(value)
    const first = value.entries[0]
    if (branch.kind !== 'list' || !first || first.before.length === 0) continue
    first.before[0]!.blank = entry.blank
    entry.blank = false
    entry.before.push(...first.before)
    first.before = []
  }
}

/** Gives every comment of a sheet's text its place. */
export const attachComments = ({ text, root, head }: Sheet, comments: readonly Found[]): void => {
  for (const { offset, text: comment } of comments) {
    const start = text.lastIndexOf('\n', offset - 1) + 1
    const lead = text.slice(start, offset)
    const isOwn = lead.trim() === '' || /^\.\.\.\s/.test(lead)
    const previous = text.slice(text.lastIndexOf('\n', start - 2) + 1, Math.max(0, start - 1))
    const own = { text: comment, blank: start > 0 && previous.trim() === '' }
    const [first] = root.entries
    if (!first) head.push(own)
    else if (isOwn) placeOwn(root, offset, lead.trim() === '' ? lead.length : 0, own)
    // Behind the `---` above everything.
    else if (!placeTrailing(root, offset, comment, undefined)) first.before.push(own)
  }
  liftAboveDashes(root)
}
