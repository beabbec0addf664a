import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, type Document } from 'yaml'
import type { Entry, Node } from './node.js'
import type { Reporter } from './reporter.js'
import type { Place, SourceFile } from './source-file.js'

/** Turns a composed document into nodes of ours. */
export const reader = (source: SourceFile, document: Document.Parsed, reporter: Reporter) => {
  const read = new Map<object, { node: Node; size: number }>()
  // Asking the document for an anchor walks all of it each time.
  const anchors = new Map<string, object>()
  const within = new Set<object>()
  const place = (range: readonly number[] | null | undefined): Place => ({
    source,
    start: range?.[0] ?? 0,
    end: range?.[1] ?? 0,
  })
  const empty = (at: Place): { node: Node; size: number } => ({
    node: { ...at, kind: 'scalar', value: null },
    size: 1,
  })

  const scalar = (value: unknown, at: Place): Node => {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      reporter.report('not-finite', 'a recipe holds finite numbers only', at)
      return { ...at, kind: 'scalar', value: 0 }
    }
    if (
      typeof value === 'number' &&
      Number.isInteger(value) &&
      !Number.isSafeInteger(value) &&
      Math.abs(value) < 1e21
    ) {
      reporter.report(
        'number-too-large',
        `${source.text.slice(at.start, at.end)} has more digits than a number keeps`,
        at,
        'Whole numbers go up to 9007199254740991; put it in quotes if it is a text.',
      )
    }
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    return { ...at, kind: 'scalar', value: known ? value : null }
  }

  const visit = (value: unknown, at: Place): { node: Node; size: number } => {
    if (isAlias(value)) {
      const target = anchors.get(value.source)
      const here = place(value.range)
      if (!target) {
        reporter.report(
          'unknown-alias',
          `there is no anchor "&${value.source}" before this`,
          here,
          'Define it above, perhaps under an `x-` key; put it in quotes if the asterisk belongs to a text.',
        )
        return empty(here)
      }
      if (within.has(target)) {
        reporter.report('alias-cycle', `"*${value.source}" stands inside of what it names`, here)
        return empty(here)
      }
      return visit(target, here)
    }
    if (typeof value !== 'object' || value === null) return empty(at)
    const known = read.get(value)
    if (known) return known
    if ('anchor' in value && typeof value.anchor === 'string') anchors.set(value.anchor, value)
    within.add(value)
    const made = create(value, at)
    within.delete(value)
    read.set(value, made)
    return made
  }

  const create = (value: object, at: Place): { node: Node; size: number } => {
    if (isScalar(value)) return { node: scalar(value.value, place(value.range)), size: 1 }
    if (!isCollection(value)) return empty(at)
    const here = place(value.range)
    if (isSeq(value)) {
      const items = value.items.map(item => visit(item, here))
      return {
        node: { ...here, kind: 'list', items: items.map(({ node }) => node) },
        size: items.reduce((sum, { size }) => sum + size, 1),
      }
    }
    const entries = new Map<string, Entry>()
    let size = 1
    if (isMap(value))
      for (const pair of value.items) {
        if (!isPair(pair)) continue
        const keyAt =
          isScalar(pair.key) || isCollection(pair.key) || isAlias(pair.key) ? place(pair.key.range) : here
        if (!isScalar(pair.key)) {
          reporter.report('wrong-key', 'a key must be a plain word or text', keyAt)
          continue
        }
        const key =
          typeof pair.key.value === 'string' ? pair.key.value : source.text.slice(keyAt.start, keyAt.end)
        if (key === '<<') {
          reporter.report(
            'merge-key',
            '"<<" is not part of YAML 1.2',
            keyAt,
            'Write the keys out, or name the whole map with an alias.',
          )
          continue
        }
        if (entries.has(key))
          reporter.report('duplicate-key', `the key "${key}" stands here twice`, keyAt, 'Keep one of them.')
        const inner = visit(pair.value, { ...keyAt, start: keyAt.end })
        size += inner.size
        entries.set(key, { key: keyAt, value: inner.node })
      }
    return { node: { ...here, kind: 'map', entries }, size }
  }
  return { read: () => visit(document.contents, { source, start: 0, end: 0 }) }
}
