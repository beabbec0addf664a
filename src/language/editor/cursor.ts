import type { Path } from '../../core/problem.js'
import { entriesOf, outlineOf, type Outline } from './outline.js'
import { standingAt } from './standing.js'
import { findNode } from '../node.js'

/** A place where something is being written. */
export interface Cursor {
  readonly outline: Outline
  /** Where what is written would stand: keys and indices, the last one of a key is not known yet. */
  readonly path: Path
  /** `key`: a key of the map at `path`. `value`: the value at `path`. `either`: a list's item, which may become both. */
  readonly on: 'key' | 'value' | 'either'
  /** What is written of it so far. */
  readonly typed: string
  /** The word around the cursor, which a completion replaces. */
  readonly start: number
  readonly end: number
  /** Keys that the map has already; of a key only. */
  readonly present: ReadonlySet<string>
  /** The text of the value up to the cursor. */
  readonly value: string
}

/** Stands where the cursor is, so that there is a value to find even where nothing is written yet. */
const mark = 'zZcursorZz'

const lineAround = (text: string, offset: number): { readonly before: string; readonly after: string } => {
  const from = text.lastIndexOf('\n', offset - 1) + 1
  const to = text.indexOf('\n', offset)
  return { before: text.slice(from, offset), after: text.slice(offset, to < 0 ? text.length : to) }
}

/** The expression that is being written: in `${{ }}`, the text before the cursor; undefined outside of one. */
export const expressionBefore = (text: string, offset: number): string | undefined => {
  const { before } = lineAround(text, offset)
  const open = before.lastIndexOf('${{')
  if (open < 0 || before[open - 1] === '$' || before.includes('}}', open)) return undefined
  return before.slice(open + 3)
}

/** What is being written at an offset; undefined where that cannot be told (in a comment). */
export const cursorAt = (path: string, text: string, offset: number): Cursor | undefined => {
  const { before, after } = lineAround(text, offset)
  if (/(^|\s)#/.test(before.replaceAll(/"[^"]*"|'[^']*'/g, ''))) return undefined
  const typed = /[\w-]*$/.exec(before)![0]
  const rest = /^[\w-]*/.exec(after)![0]
  const start = offset - typed.length
  const end = offset + rest.length
  const isAlone = /^\s*[\w-]*$/.test(before) && /^[\w-]*\s*(#.*)?$/.test(after)
  const marked = `${text.slice(0, offset)}${mark}${isAlone ? `${rest}:` : rest}${text.slice(end)}`
  const outline = outlineOf(path, marked)
  const standing = outline.root && standingAt(outline.root, offset + 1)
  if (!outline.root || !standing) return undefined
  const map = (at: Path): ReadonlySet<string> =>
    new Set([...entriesOf(findNode(outline.root!, at).node).keys()].filter(key => !key.includes(mark)))
  const common = { outline, typed, start, end }
  if (standing.on === 'key') {
    const at = standing.path.slice(0, -1)
    return { ...common, on: 'key', path: at, present: map(at), value: typed }
  }
  const isItem = typeof standing.path.at(-1) === 'number'
  const { node } = standing
  const written = node.kind === 'scalar' ? String(node.value) : ''
  const value = written.includes(mark) ? written.slice(0, written.indexOf(mark)) : typed
  return { ...common, on: isItem ? 'either' : 'value', path: standing.path, present: new Set(), value }
}
