import type { Random } from '../../src/core/random.js'

/** What a text is made of: data, as `JSON.parse` gives it. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data }

/** Draws that decide a layout. */
const draws = (random: Random) => ({
  chance: (share: number): boolean => random.uniform() < share,
  oneOf: <T>(...options: T[]): T => options[random.below(options.length)]!,
  upTo: (most: number): number => random.below(most + 1),
})

const words = ['why', '# twice', 'größer 漢字 😀', 'a: b', '{x', "don't", '"', '- item', '']

/**
 * Writes data as YAML in a layout drawn at random: brackets or blocks, any indentation, any quotes, comments and blank
 * lines wherever YAML takes them, anchors with aliases to equal values. Lines end in `\n`.
 */
export const randomLayout = (data: { readonly [key: string]: Data }, random: Random): string => {
  const { chance, oneOf, upTo } = draws(random)
  const anchors = new Map<string, string>()
  let count = 0

  const comment = (): string => `#${oneOf('', ' ')}${oneOf(...words)} ${count++}`
  const spaces = (): string => ' '.repeat(1 + (chance(0.2) ? upTo(3) : 0))
  /** Lines of their own before something in a block. */
  const above = (indent: number, least = 0): string => {
    let lines = ''
    while (chance(0.15))
      lines += oneOf('\n', '   \n', `${' '.repeat(chance(0.8) ? indent : least + upTo(12))}${comment()}\n`)
    return lines
  }
  const behind = (): string => (chance(0.15) ? `${spaces()}${comment()}` : chance(0.1) ? '  ' : '')

  const quoted = (text: string): string => {
    const double = JSON.stringify(text)
    const isPlain =
      /^[A-Za-z][A-Za-z0-9_ ./*%-]*$/.test(text) &&
      text.trim() === text &&
      !/^(true|false|null|y|n|yes|no|on|off)$/i.test(text)
    if (isPlain && chance(0.7)) return text
    return /^[^\n\r\t\p{Cc}\p{Cs}\u2028\u2029]*$/u.test(text) && chance(0.4)
      ? `'${text.replaceAll("'", "''")}'`
      : double
  }
  const scalar = (value: Data): string => {
    if (typeof value === 'string') return quoted(value)
    if (value === null) return oneOf('null', '~')
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e6)
      return oneOf(String(value), `${value}.0`, `0x${value.toString(16)}`, `+${value}`)
    return JSON.stringify(value)
  }
  const anchored = (value: Data, text: string): string => {
    if (typeof value !== 'object' || value === null || !chance(0.1)) return text
    const name = `a${count++}`
    anchors.set(JSON.stringify(value), name)
    return `&${name} ${text}`
  }

  const flow = (value: Data, indent: number): string => {
    const alias = anchors.get(JSON.stringify(value))
    if (alias !== undefined && chance(0.5)) return `*${alias} `
    if (typeof value !== 'object' || value === null) return scalar(value)
    const gap = (): string => {
      if (!chance(0.1)) return oneOf('', ' ', '  ')
      return `${chance(0.5) ? ` ${comment()}` : ''}\n${' '.repeat(indent + 1)}${chance(0.3) ? `${comment()}\n${' '.repeat(indent + upTo(4) + 1)}` : ''}`
    }
    const isList = Array.isArray(value)
    const items = isList
      ? value.map(item => flow(item as Data, indent))
      : Object.entries(value).map(([key, item]) => `${quoted(key)}: ${gap()}${flow(item as Data, indent)}`)
    const body = items.map(item => `${gap()}${item}${gap()}`).join(',')
    const last = items.length > 0 && chance(0.1) ? `,${gap()}` : items.length === 0 ? gap() : ''
    return anchored(value, isList ? `[${body}${last}]` : `{${body}${last}}`)
  }

  /** A text in a block, where it can be. */
  const folded = (text: string, indent: number): string | undefined => {
    if (
      !/^[\p{L}\p{N}][\p{L}\p{N} :#,{}'"\n]*$/u.test(text) ||
      /[ \n]\n*$|\n /.test(text.replace(/\n+$/, '')) ||
      !chance(0.6)
    )
      return undefined
    const ending = /\n*$/.exec(text)![0].length
    const chomp = ending === 0 ? '-' : ending === 1 ? '' : '+'
    const lines = text.replace(/\n*$/, '').split('\n')
    const pad = ' '.repeat(indent + 1 + upTo(3))
    return `|${chomp}${behind()}\n${lines.map(line => (line === '' ? '' : pad + line)).join('\n')}${'\n'.repeat(Math.max(0, ending - 1))}`
  }

  /** A value after its key or dash, up to the end of its lines. */
  const below = (value: Data, indent: number): string => {
    const full = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    const alias = anchors.get(JSON.stringify(value))
    if (alias !== undefined && chance(0.5)) return ` *${alias}${behind()}\n`
    if (full && chance(0.6)) {
      const deeper = indent + 1 + upTo(3)
      return `${anchored(value, '')
        .trimEnd()
        .replace(/^(?=&)/, ' ')}${behind()}\n${block(value as never, deeper)}`
    }
    if (value === null && chance(0.3)) return `${behind()}\n`
    const text = typeof value === 'string' ? folded(value, indent) : undefined
    if (text !== undefined) return ` ${text}\n`
    if (chance(0.05))
      return `${behind()}\n${above(indent + 2, indent + 2)}${' '.repeat(indent + 2)}${flow(value, indent + 2)}${behind()}\n`
    return `${spaces()}${flow(value, indent)}${behind()}\n`
  }

  const block = (value: readonly Data[] | { readonly [key: string]: Data }, indent: number): string => {
    const pad = ' '.repeat(indent)
    if (Array.isArray(value))
      return (
        value
          .map((item: Data) => {
            if (
              typeof item === 'object' &&
              item !== null &&
              !Array.isArray(item) &&
              Object.keys(item).length > 0 &&
              chance(0.4)
            )
              return `${above(indent)}${pad}- ${block(item as never, indent + 2)
                .replace(/^(?:\s*#[^\n]*\n|\s*\n)+/, '')
                .trimStart()}`
            return `${above(indent)}${pad}-${below(item, indent)}`
          })
          .join('') + above(indent)
      )
    return (
      Object.entries(value)
        .map(([key, item]) => `${above(indent)}${pad}${quoted(key)}:${below(item as Data, indent)}`)
        .join('') + above(indent)
    )
  }

  return `${chance(0.1) ? `---${behind()}\n` : ''}${block(data, 0)}${chance(0.1) ? '...\n' : ''}`
}
