import type { Random } from '../../src/core/random.js'
import { pieces } from './pieces.js'

type Mutation = (text: string, random: Random) => string

const pick = <T>(items: readonly T[], random: Random): T => items[random.below(items.length)]!

const piece: Mutation = (text, random) => {
  const at = random.below(text.length + 1)
  return text.slice(0, at) + pick(pieces, random) + text.slice(at)
}
const cut: Mutation = (text, random) => {
  const at = random.below(text.length + 1)
  return text.slice(0, at) + text.slice(at + random.below(12))
}
const swap: Mutation = (text, random) => {
  const at = random.below(text.length + 1)
  return text.slice(0, at) + pick(pieces, random) + text.slice(at + random.below(12))
}
/** Any UTF-16 unit, lone surrogates among them. */
const unit: Mutation = (text, random) => {
  const at = random.below(text.length + 1)
  const made = String.fromCharCode(random.below(random.below(2) === 0 ? 256 : 65536))
  return text.slice(0, at) + made + text.slice(at + random.below(2))
}

/** A line with all that is indented below it: `[first, behind the last)`. */
const blockAt = (lines: readonly string[], first: number): readonly [number, number] => {
  const indent = lines[first]!.search(/\S|$/)
  let last = first + 1
  while (last < lines.length && (lines[last]!.trim() === '' || lines[last]!.search(/\S|$/) > indent)) last++
  return [first, last]
}
const inLines =
  (change: (lines: string[], random: Random) => void): Mutation =>
  (text, random) => {
    const lines = text.split('\n')
    change(lines, random)
    return lines.join('\n')
  }
const dropLine = inLines((lines, random) => lines.splice(random.below(lines.length), 1))
const copyLine = inLines((lines, random) => lines.splice(random.below(lines.length), 0, pick(lines, random)))
const dropBlock = inLines((lines, random) => {
  const [first, last] = blockAt(lines, random.below(lines.length))
  lines.splice(first, last - first)
})
const copyBlock = inLines((lines, random) => {
  const [first, last] = blockAt(lines, random.below(lines.length))
  lines.splice(random.below(lines.length), 0, ...lines.slice(first, last))
})
const moveBlock = inLines((lines, random) => {
  const [first, last] = blockAt(lines, random.below(lines.length))
  const block = lines.splice(first, last - first)
  lines.splice(random.below(lines.length + 1), 0, ...block)
})
const indentBlock = inLines((lines, random) => {
  const [first, last] = blockAt(lines, random.below(lines.length))
  const by = pick(['  ', ' ', '\t', '    '], random)
  const inward = random.below(2) === 0
  for (let at = first; at < last; at++)
    lines[at] = inward ? by + lines[at]! : lines[at]!.replace(/^ {1,2}/, '')
})
const anchorLine = inLines((lines, random) => {
  const at = random.below(lines.length)
  lines[at] = lines[at]!.replace(
    /: /,
    pick([': &a ', ': *a ', ': &small ', ': *small ', ': !!str ', ': ? '], random),
  )
})

const word = /[\w.$-]+/g
const exchangeWords: Mutation = (text, random) => {
  const words = [...text.matchAll(word)]
  if (words.length === 0) return text
  const [a, b] = [pick(words, random), pick(words, random)]
  return text.slice(0, a.index) + b[0] + text.slice(a.index + a[0].length)
}
const misspell: Mutation = (text, random) => {
  const words = [...text.matchAll(word)]
  if (words.length === 0) return text
  const { 0: old, index } = pick(words, random)
  const at = random.below(old.length)
  const made = pick(
    [
      old.slice(0, at) + old.slice(at + 1),
      old.slice(0, at) + pick(Array.from('aeiou_9.-'), random) + old.slice(at),
      old.toUpperCase(),
      `${old}${old}`,
      `"${old}"`,
      `[${old}]`,
      `{${old}: ${old}}`,
      `-${old}`,
    ],
    random,
  )
  return text.slice(0, index) + made + text.slice(index + old.length)
}
const replaceWord: Mutation = (text, random) => {
  const words = [...text.matchAll(word)]
  if (words.length === 0) return text
  const { 0: old, index } = pick(words, random)
  return text.slice(0, index) + pick(pieces, random) + text.slice(index + old.length)
}

const lineEnds: Mutation = (text, random) =>
  random.below(2) === 0 ? text.replaceAll('\n', '\r\n') : text.replace('\n', '\r')
const mark: Mutation = text => `\ufeff${text}`
const twice: Mutation = (text, random) => text + pick(['---\n', '...\n', ''], random) + text
const endEarly: Mutation = (text, random) => text.slice(0, random.below(text.length + 1))

/** Much of something, at some place: deep, wide or long. */
const flood: Mutation = (text, random) => {
  const count = pick([70, 300, 1000, 5000], random)
  const made = pick(
    [
      '['.repeat(count),
      '{a: '.repeat(count),
      '- '.repeat(count),
      '? '.repeat(count),
      `[${'[],'.repeat(count)}]`,
      `"${'x'.repeat(count * 20)}"`,
      'x'.repeat(count * 20),
      '9'.repeat(count),
      `"${'${{ params.nothing }}'.repeat(Math.min(count, 300))}"`,
      `"\${{ ${'('.repeat(count)} }}"`,
      `{${Array.from({ length: count }, (_, at) => `k${at}: 1`).join(', ')}}`,
      `[${Array.from({ length: count }, (_, at) => `&n${at} x`).join(', ')}]`,
      `[&z [1, 1], ${'*z, '.repeat(count)}*z]`,
      '\n'.repeat(count),
      '# comment\n'.repeat(count),
      ' '.repeat(count * 4),
      '\u0301'.repeat(count),
      'a/'.repeat(count),
    ],
    random,
  )
  const at = random.below(text.length + 1)
  return text.slice(0, at) + made + text.slice(at)
}

/** How often each is taken, of the sum of all. */
const weighted: readonly (readonly [number, Mutation])[] = [
  [12, piece],
  [8, cut],
  [8, swap],
  [4, unit],
  [5, dropLine],
  [5, copyLine],
  [5, dropBlock],
  [5, copyBlock],
  [6, moveBlock],
  [4, indentBlock],
  [4, anchorLine],
  [20, exchangeWords],
  [24, misspell],
  [24, replaceWord],
  [2, lineEnds],
  [1, mark],
  [1, twice],
  [2, endEarly],
  [3, flood],
]
const sum = weighted.reduce((total, [weight]) => total + weight, 0)

const choose = (random: Random): Mutation => {
  let left = random.below(sum)
  return weighted.find(([weight]) => (left -= weight) < 0)![1]
}

/** Bytes of a text, one time in fifty with a byte that is no UTF-8 or not what it was. */
const encode = (text: string, random: Random): Buffer => {
  const bytes = Buffer.from(text)
  if (random.below(50) === 0 && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256)
  return bytes
}

/** A text with one to three random edits, as the bytes of a file. */
export const mutated = (text: string, random: Random): Buffer => {
  let made = text
  for (let count = [1, 1, 1, 2, 2, 3][random.below(6)]!; count > 0; count--)
    made = choose(random)(made, random)
  return encode(made, random)
}
