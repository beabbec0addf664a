import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type YAMLError,
} from 'yaml'
import { deepest, mostMarks, outlineOf, tooDeep } from './nesting.js'
import type { Entry, Node } from './node.js'
import { unquotedExpressions } from './quoting.js'
import { createReporter, type Reporter } from './reporter.js'
import type { Place, SourceFile } from './source-file.js'
import { innerBlocks, topBlocks, type Block } from './yaml-blocks.js'
import { yamlFault } from './yaml-faults.js'
import { openingOf } from './yaml-openings.js'

/** How a recipe's YAML is read, by whatever reads it. */
export const yamlOptions = {
  version: '1.2',
  schema: 'core',
  strict: true,
  uniqueKeys: false,
  merge: false,
  // Of YAML 1.1: binary data, ordered maps, sets, dates.
  resolveKnownTags: false,
  prettyErrors: false,
} as const

/** Values after all aliases are written out. */
const most = 200_000

/** Turns a composed document into nodes of ours. */
const reader = (source: SourceFile, document: Document.Parsed, reporter: Reporter) => {
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

/** The composed document; undefined where it is so deep that the parser ran out of stack. */
const parsed = (text: string): Document.Parsed | undefined => {
  const { stackTraceLimit } = Error
  try {
    // Each fault of a text is an Error; a hundred thousand stacks that nobody reads would take seconds.
    Error.stackTraceLimit = 0
    return parseDocument(text, yamlOptions)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

const isSyntax = ({ code }: YAMLError): boolean => code !== 'TAG_RESOLVE_FAILED' && code !== 'BAD_DIRECTIVE'

/**
 * The entries of the top level, and of the maps below, that are broken by themselves, each with its first fault: what
 * the parser says after that is guesswork. Empty where the text breaks only as a whole.
 */
const brokenBlocks = (text: string): (Block & { readonly fault: YAMLError })[] => {
  const broken = (blocks: readonly Block[]) =>
    blocks.flatMap(block => {
      const fault = parsed(text.slice(block.start, block.end))?.errors.find(isSyntax)
      return fault ? [{ ...block, fault }] : []
    })
  return broken(topBlocks(text)).flatMap(block => {
    const inner = broken(innerBlocks(text, block))
    return inner.length > 0 ? inner : [block]
  })
}

/** Tells of a fault of a text that begins at an offset of its file. */
const tellFault = (
  fault: YAMLError,
  text: string,
  offset: number,
  source: SourceFile,
  reporter: Reporter,
): void => {
  const start = openingOf(fault, text)
  const word = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:,[\]{}]+|.)/.exec(text.slice(start, start + 200))?.[0] ?? ''
  const end = Math.max(start + Math.max(1, word.length), Math.min(fault.pos[1], start + 1))
  const { code, message, hint } = yamlFault(fault, word, text[start - 1])
  const inFile = (at: number): number => Math.min(offset + at, source.text.length)
  reporter.report(code, message, { source, start: inFile(start), end: inFile(end) }, hint)
}

/**
 * What can be read of a text while it is being written, whatever is wrong with it; undefined where it is nested too
 * deeply. Nothing may be concluded from it but where things stand.
 */
export const readLoosely = (source: SourceFile): Node | undefined => {
  const outline = outlineOf(source.text)
  if (outline.marks > mostMarks || tooDeep(source.text, outline) !== undefined) return undefined
  const document = parsed(source.text)
  return document && reader(source, document, createReporter()).read().node
}

/** Control characters other than line feed, return and tab. */
const control = /(?![\n\r\t\x85])\p{Cc}|[\ufffe\uffff]/u

/** Reads a file's YAML. Undefined where it cannot be trusted: then its problems are those of YAML alone. */
export const readYaml = (source: SourceFile, reporter: Reporter): Node | undefined => {
  const { text } = source
  const at = (start: number, end: number): Place => ({ source, start, end })
  const strange = control.exec(text)
  if (strange) {
    const code = strange[0].charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()
    reporter.report(
      'yaml-syntax',
      `a control character (U+${code}) stands here`,
      at(strange.index, strange.index + 1),
      'Remove it.',
    )
    return undefined
  }
  const tellDepth = (offset: number): void =>
    reporter.report(
      'too-deep',
      `maps and lists are nested more than ${deepest} deep`,
      at(offset, Math.min(offset + 1, text.length)),
    )
  const outline = outlineOf(text)
  if (outline.marks > mostMarks) {
    reporter.report(
      'too-large',
      `the file has more than ${mostMarks} brackets, commas, colons and lines`,
      at(0, 0),
      'Divide it, or let a matrix write the steps.',
    )
    return undefined
  }
  const deep = tooDeep(text, outline)
  if (deep !== undefined) {
    tellDepth(deep)
    return undefined
  }
  const document = parsed(text)
  if (!document) {
    tellDepth(outline.at)
    return undefined
  }
  const bare = document.errors.length > 0 ? unquotedExpressions(text) : []
  if (bare.length > 0) {
    for (const { start, end } of bare)
      reporter.report(
        'quote-expression',
        'this expression must be in quotes: YAML reads its braces or its colon',
        at(start, end),
        `Write "${text.slice(start, end)}" with the quotes.`,
      )
    return undefined
  }
  const all = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  for (const fault of all.filter(each => !isSyntax(each))) tellFault(fault, text, 0, source, reporter)
  const first = all.find(isSyntax)
  if (first) {
    const found = brokenBlocks(text)
    for (const { fault, start, end } of found)
      tellFault(fault, text.slice(start, end), start, source, reporter)
    if (found.length === 0) tellFault(first, text, 0, source, reporter)
    return undefined
  }
  const { node, size } = reader(source, document, reporter).read()
  if (size > most) {
    reporter.report('too-large', `with all aliases written out it has more than ${most} values`, at(0, 0))
    return undefined
  }
  return node
}
