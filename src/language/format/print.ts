import { inlineScalar, scalarLines } from './scalar.js'
import { isBranch, keyOf, type Branch, type Comment, type Entry, type Sheet, type Written } from './tree.js'

/** Columns that a map or list in brackets may fill; a wider one is written below each other. */
const widest = 130

const hasComments = (branch: Branch): boolean =>
  branch.after.length > 0 ||
  branch.entries.some(
    ({ before, trailing, value }) =>
      before.length > 0 || trailing !== undefined || (isBranch(value) && hasComments(value)),
  )

const propsOf = ({ anchor, tag }: Written): string[] => [
  ...(anchor === undefined ? [] : [`&${anchor}`]),
  ...(tag === undefined ? [] : [tag]),
]

const keyText = ({ key }: Entry, flow: boolean): string =>
  key ? [...propsOf(key), key.style === 'empty' ? '""' : inlineScalar(key, flow)].join(' ') : ''

/** A value on one line, between brackets or not; undefined where it is written below each other. */
const inline = (node: Written, flow: boolean): string | undefined => {
  const props = propsOf(node)
  if (!isBranch(node)) return [...props, inlineScalar(node, flow)].filter(Boolean).join(' ')
  if (node.entries.length > 0 && (!node.flow || hasComments(node))) return undefined
  const parts: string[] = []
  for (const entry of node.entries) {
    const value = inline(entry.value, true)
    if (value === undefined) return undefined
    parts.push(entry.key ? `${keyText(entry, true)}: ${value}` : value)
  }
  const body = parts.join(', ')
  return [...props, node.kind === 'map' ? `{${body}}` : `[${body}]`].join(' ')
}

/** `- dense: {units: 10}` rather than `- {dense: {units: 10}}`. */
const isNamed = ({ key, value }: Entry): boolean =>
  !key && value.kind === 'map' && value.entries.length === 1 && propsOf(value).length === 0

/** An entry's value in brackets, where it may stand so. */
const inBrackets = (entry: Entry, indent: string): string | undefined => {
  if (isNamed(entry)) return undefined
  const text = inline(entry.value, false)
  const width = indent.length + (entry.key ? keyText(entry, false).length + 2 : 2) + (text?.length ?? 0)
  return text !== undefined && (width <= widest || !isFull(entry.value)) ? text : undefined
}

const isFull = (node: Written): node is Branch => isBranch(node) && node.entries.length > 0

/** Lines of the text to be. */
const writer = () => {
  const lines: string[] = []
  let lead: string | undefined
  let kept = false
  return {
    line: (indent: string, text: string): void => {
      lines.push(lead === undefined ? (text === '' ? '' : indent + text) : lead + text)
      lead = undefined
      kept = false
    },
    /** What was written ends in blank lines of its own: one more would change its meaning. */
    keep: (): void => {
      kept = true
    },
    blank: (): void => {
      if (!kept && lines.length > 0 && lines.at(-1) !== '') lines.push('')
    },
    /** The next line begins with a dash at `indent`. */
    dash: (indent: string): void => {
      lead = `${lead ?? indent}- `
    },
    text: (): string => `${lines.join('\n')}\n`,
  }
}

type Writer = ReturnType<typeof writer>

const comments = (list: readonly Comment[], indent: string, first: boolean, to: Writer): void => {
  for (const [index, { text, blank }] of list.entries()) {
    if (blank && !(first && index === 0)) to.blank()
    to.line(indent, text)
  }
}

const behind = (trailing: string | undefined): string => (trailing === undefined ? '' : ` ${trailing}`)

/** `apart`: blank lines stand between the blocks of its value. */
const writeEntry = (entry: Entry, indent: string, to: Writer, apart: boolean): void => {
  const { value, trailing } = entry
  const below = `${indent}  `
  const head = entry.key ? `${keyText(entry, false)}:` : '-'
  const short = isBranch(value) ? inBrackets(entry, indent) : undefined
  if (short !== undefined) {
    to.line(indent, `${head} ${short}${behind(trailing)}`)
    return
  }
  const props = propsOf(value)
  const start = [head, ...props].join(' ')
  if (!isBranch(value)) {
    const { lines, keeps } = scalarLines(value, below)
    const isBlock = lines.length > 1 && value.style === 'block'
    for (const [index, line] of lines.entries()) {
      const here = isBlock ? index === 0 : index === lines.length - 1
      const text = `${line}${here ? behind(trailing) : ''}`
      if (index > 0) to.line('', text)
      else to.line(indent, `${start} ${text}`.trimEnd())
    }
    if (keeps) to.keep()
    return
  }
  if (!entry.key && props.length === 0 && trailing === undefined) to.dash(indent)
  else to.line(indent, `${start}${behind(trailing)}`)
  writeBranch(value, below, to, apart)
}

const writeBranch = (branch: Branch, indent: string, to: Writer, apart: boolean): void => {
  const isTop = indent === ''
  let wasBlock = false
  for (const [index, entry] of branch.entries.entries()) {
    const isFirst = index === 0
    const isBlock = apart && isFull(entry.value) && inBrackets(entry, indent) === undefined
    const hasGap = entry.blank || entry.before.some(({ blank }) => blank)
    if (!isFirst && (isBlock || wasBlock) && !hasGap) to.blank()
    comments(entry.before, indent, isFirst && !isTop, to)
    if (entry.blank && (isTop || !isFirst || entry.before.length > 0)) to.blank()
    writeEntry(entry, indent, to, isTop && keyOf(entry) === 'steps')
    wasBlock = isBlock
  }
  comments(branch.after, indent, branch.entries.length === 0, to)
}

/** A sheet as text: two spaces a level, a blank line around the blocks of the top level and of `steps`. */
export const printSheet = ({ head, root }: Sheet): string => {
  const to = writer()
  comments(head, '', false, to)
  if (root.entries.length === 0) to.line('', root.kind === 'map' ? '{}' : '[]')
  else writeBranch(root, '', to, true)
  return to.text()
}
