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
  const near = text.slice(Math.max(0, at - 400), at)
  const before = near.slice(near.lastIndexOf('\n') + 1)
  const rest = before.replaceAll(/(^|[\s,:[{])("(?:[^"\\]|\\.)*"|'[^']*')/g, '$1')
  return /(^|[\s,:[{])["'][^"']*$/.test(rest)
}

/** True where a line is `key: ${{ … }}` and no more, outside of brackets as far as the line before tells: YAML reads that as one text. */
const isOrdinary = (text: string, at: number): boolean => {
  const near = text.slice(Math.max(0, at - 400), at + 400)
  const within = Math.min(at, 400)
  const from = near.lastIndexOf('\n', within) + 1
  const to = near.indexOf('\n', within)
  if (from === 0 || to < 0 || /[,[{]\s*$/.test(near.slice(0, from))) return false
  return /^\s*(?:- +)*[\w-]+: +\$\{\{[^\n{}"':#]*\}\}\s*$/.test(near.slice(from, to))
}

/**
 * Offsets of `${{` that YAML does not read as one text: unquoted in a flow map (a brace there begins a map), or
 * unquoted with `: ` or ` #` inside.
 */
export const unquotedExpressions = (text: string): { start: number; end: number }[] => {
  if (!text.includes('${{')) return []
  // Most are told by their line; only for the others the text is taken apart once more.
  let stretches: Stretch[] | undefined
  const nextOf = (wanted: string) => {
    let found = -1
    // Asked for ever later places: nothing is searched through twice.
    return (from: number): number => {
      if (found < from) found = text.indexOf(wanted, from)
      if (found < 0) found = text.length
      return found
    }
  }
  const [lineEnd, closing] = [nextOf('\n'), nextOf('}}')]
  let next = 0
  const found: { start: number; end: number }[] = []
  for (const { index: at } of text.matchAll(/\$\{\{/g)) {
    if (isQuoted(text, at) || isOrdinary(text, at)) continue
    stretches ??= stretchesOf(text)
    // What ended before this expression ends before all later ones.
    while (next < stretches.length && stretches[next]!.end < at + 3) next++
    const inside = stretches[next] && stretches[next]!.start <= at ? stretches[next] : undefined
    const close = closing(at)
    if (inside && (inside.kind !== 'plain' || close + 2 <= inside.end)) continue
    const isClosed = close < lineEnd(at)
    if (!inside && !isClosed) continue
    found.push({ start: at, end: isClosed ? close + 2 : at + 3 })
  }
  return found
}
