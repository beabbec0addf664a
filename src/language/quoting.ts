import { Parser } from 'yaml'

interface Stretch {
  readonly start: number
  readonly end: number
  readonly kind: 'quoted' | 'plain' | 'comment'
}

const quoted = new Set(['single-quoted-scalar', 'double-quoted-scalar', 'block-scalar'])

/** Scalars and comments of a text, without recursion: nesting may be deep. */
export const stretchesOf = (text: string): Stretch[] => {
  const found: Stretch[] = []
  const open: unknown[] = [...new Parser().parse(text)]
  while (open.length > 0) {
    const each = open.pop()
    if (Array.isArray(each)) {
      for (const item of each) open.push(item)
      continue
    }
    if (typeof each !== 'object' || each === null) continue
    if ('type' in each && 'offset' in each && 'source' in each) {
      const { type, offset, source } = each as { type: string; offset: number; source: string }
      const kind = quoted.has(type)
        ? 'quoted'
        : type === 'scalar'
          ? 'plain'
          : type === 'comment'
            ? 'comment'
            : undefined
      // A block scalar's offset is that of its header; its text follows somewhere after.
      const head = type === 'block-scalar' ? 400 : 0
      if (kind) found.push({ start: offset, end: offset + source.length + head, kind })
    }
    for (const value of Object.values(each)) if (typeof value === 'object') open.push(value)
  }
  return found.sort((a, b) => a.start - b.start)
}

/** True in a text that its line opens and does not close before. After a broken place the reader's own word is not to be had. */
const isQuoted = (text: string, at: number): boolean => {
  const before = text.slice(text.lastIndexOf('\n', at) + 1, at)
  const rest = before.replaceAll(/(^|[\s,:[{])("(?:[^"\\]|\\.)*"|'[^']*')/g, '$1')
  return /(^|[\s,:[{])["'][^"']*$/.test(rest)
}

/**
 * Offsets of `${{` that YAML does not read as one text: unquoted in a flow map (a brace there begins a map), or
 * unquoted with `: ` or ` #` inside.
 */
export const unquotedExpressions = (text: string): { start: number; end: number }[] => {
  if (!text.includes('${{')) return []
  const stretches = stretchesOf(text)
  const found: { start: number; end: number }[] = []
  for (const match of text.matchAll(/\$\{\{/g)) {
    const at = match.index
    const inside = stretches.find(each => each.start <= at && at + 3 <= each.end)
    if (inside && (inside.kind !== 'plain' || text.slice(at, inside.end).includes('}}'))) continue
    if (isQuoted(text, at)) continue
    const line = text.indexOf('\n', at)
    const rest = text.slice(at, line < 0 ? text.length : line)
    const close = rest.indexOf('}}')
    if (!inside && close < 0) continue
    found.push({ start: at, end: at + (close < 0 ? 3 : close + 2) })
  }
  return found
}
