import { parseDocument, type Document, type YAMLError } from 'yaml'
import { deepest, mostMarks, outlineOf, tooDeep } from './nesting.js'
import type { Node } from './node.js'
import { unquotedExpressions } from './quoting.js'
import { createReporter, type Reporter } from './reporter.js'
import type { Place, SourceFile } from './source-file.js'
import { innerBlocks, topBlocks, type Block } from './yaml-blocks.js'
import { yamlFault } from './yaml-faults.js'
import { reader } from './yaml-nodes.js'
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
