import { parse } from 'yaml'
import { yamlOptions } from '../yaml-document.js'
import type { Leaf } from './tree.js'

/** Characters that a text shows as they are. */
const plainly = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]*$/u

/** What a plain text must begin with, or be, to be read as something else than a text. */
const maybeOther = /^[-+.\d~=<]|^(?:y|n|yes|no|on|off|true|false|null)$/i

const isText = (text: string): boolean => {
  if (!maybeOther.test(text)) return true
  // Other readers, and people, may know `yes` and `1_000` from YAML 1.1.
  const read = [parse(text, yamlOptions), parse(text, { version: '1.1' })] as unknown[]
  return read.every(value => value === text)
}

/** Can a text stand without quotes? `flow`: between brackets. */
const standsPlain = (value: string, flow: boolean): boolean =>
  plainly.test(value) &&
  value.trim() === value &&
  !/^$|^[-?:,[\]{}#&*!|>'"%@`=~]|^\.\.\.|: |:$| #/.test(value) &&
  !(flow && /[,[\]{}]/.test(value)) &&
  isText(value)

/** A text in double quotes on one line. */
export const doubleQuoted = (value: string): string =>
  JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Quotes for a text that needs them. */
const quoted = (value: string): string =>
  /["\\]/.test(value) && plainly.test(value) ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value)

/** The shortest way to write a text on one line. */
const textOf = (value: string, flow: boolean): string => (standsPlain(value, flow) ? value : quoted(value))

/** A return alone ends no line, and would with a line feed behind it. */
const hasReturn = ({ style, source }: Leaf): boolean => style === 'plain' && source.includes('\r')

/** A scalar on one line: as it is written, without quotes that nothing needs. */
export const inlineScalar = (leaf: Leaf, flow: boolean): string => {
  const { style, source, value } = leaf
  if (style === 'empty') return flow ? 'null' : ''
  const isOneLine = style !== 'block' && !source.includes('\n') && !hasReturn(leaf)
  if (isOneLine && (typeof value !== 'string' || leaf.tag !== undefined || style === 'plain')) return source
  if (typeof value !== 'string') throw new TypeError('several lines that are no text')
  if (!isOneLine) return leaf.tag === undefined ? textOf(value, flow) : doubleQuoted(value)
  if (standsPlain(value, flow)) return value
  return style === 'double' ? source : quoted(value)
}

/** A quoted or plain text of several lines, each at `indent`. What leads and trails a line says nothing. */
const severalLines = (source: string, indent: string): string[] =>
  source.split('\n').map((line, index) => {
    const text = (index === 0 ? line : line.trimStart()).replace(/(?<!\\)\s+$/, '')
    return index === 0 || text === '' ? text : indent + text
  })

const leadOf = (line: string): number => /^ */.exec(line)![0].length
const firstFull = (lines: readonly string[]): string => lines.find(line => line.trim() !== '') ?? ''

/** A text in a block: its header, its lines at `indent`. Undefined where it cannot be written so. */
const blockLines = ({ source, value }: Leaf, indent: string): string[] | undefined => {
  const text = String(value)
  if (text.trim() === '') return undefined
  const [header = '', ...rest] = source.split('\n')
  const style = header[0]!
  const shift = leadOf(firstFull(rest)) - leadOf(firstFull(text.split('\n')))
  const ending = /\n*$/.exec(text)![0].length
  const lines =
    style === '|'
      ? text.split('\n')
      : rest.map(line => (line.trim() === '' && line.length <= shift ? '' : line.slice(shift)))
  while (lines.at(-1) === '') lines.pop()
  const chomp = ending === 0 ? '-' : ending === 1 ? '' : '+'
  const needsIndicator = /^\s/.test(lines.find(line => line !== '') ?? '')
  return [
    `${style}${needsIndicator ? '2' : ''}${chomp}`,
    ...lines.map(line => (line === '' ? '' : indent + line)),
    ...new Array<string>(Math.max(0, ending - 1)).fill(''),
  ]
}

/** Does a text mean the same once it stands below a key? */
const means = (lines: readonly string[], value: unknown): boolean => {
  try {
    const read = parse(`a: ${lines.join('\n')}\n`, yamlOptions) as { a: unknown }
    return read.a === value
  } catch {
    return false
  }
}

export interface ScalarLines {
  readonly lines: readonly string[]
  /** It ends in blank lines that belong to it. */
  readonly keeps: boolean
}

/** A scalar below a key or dash: its first line goes behind it, the others stand at `indent`. */
export const scalarLines = (leaf: Leaf, indent: string): ScalarLines => {
  const { style, source, value } = leaf
  const one = (): ScalarLines => ({ lines: [inlineScalar(leaf, false)], keeps: false })
  if (typeof value !== 'string' || style === 'alias' || !source.includes('\n')) return one()
  const lines = style === 'block' ? blockLines(leaf, indent) : severalLines(source, indent)
  const near = style === 'block' ? blockLines(leaf, '  ') : severalLines(source, '  ')
  if (!lines || !near || !means(near, value)) return one()
  return { lines, keeps: style === 'block' && (lines[0]!.endsWith('+') || lines.at(-1)!.trim() === '') }
}
