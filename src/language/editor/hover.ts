import type { Schema } from '../authored.js'
import { plainOf, type Entry } from '../node.js'
import type { Occurrence } from './occurrences.js'
import { textAt, type Outline } from './outline.js'
import { descriptionOf, schemasAt } from './schema-at.js'
import { standingAt } from './standing.js'

/** Markdown about what stands somewhere. */
export interface Told {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** What the schema says of the key or word at an offset. */
export const tellSchema = (root: Schema, outline: Outline, offset: number): Told | undefined => {
  const standing = outline.root && standingAt(outline.root, offset)
  if (!outline.root || !standing || standing.path.length === 0) return undefined
  const said = schemasAt(root, standing.path, outline.root)
  const { node, key, on, path } = standing
  const place = on === 'key' ? key! : node
  // A map or a list says nothing between its keys.
  if (on === 'value' && node.kind !== 'scalar') return undefined
  const word = node.kind === 'scalar' ? node.value : undefined
  const texts = said.flatMap(({ enum: words, enumDescriptions }) => {
    const index = on === 'value' && Array.isArray(words) ? words.indexOf(word) : -1
    return index >= 0 && Array.isArray(enumDescriptions) ? [String(enumDescriptions[index])] : []
  })
  const text = texts.find(each => each !== '') ?? descriptionOf(said)
  if (text === undefined) return undefined
  const title = on === 'key' ? path.at(-1) : word
  return { text: `**${String(title)}**\n\n${text}`, start: place.start, end: place.end }
}

/** A param in a few lines. */
export const tellParam = ({ value }: Entry, name: string): string => {
  if (value.kind === 'scalar')
    return `**param ${name}**: ${typeof value.value}, default \`${String(value.value)}\``
  const declared = plainOf(value) as Readonly<Record<string, unknown>>
  const facts = ['default', 'minimum', 'maximum', 'enum']
    .filter(key => declared[key] !== undefined)
    .map(key => `${key} \`${JSON.stringify(declared[key])}\``)
  const head = `**param ${name}**: ${[textAt(value, 'type') ?? 'any', ...facts].join(', ')}`
  const text = textAt(value, 'description')
  return text === undefined ? head : `${head}\n\n${text}`
}

/** A step in a few lines; `facts`: what the planner knows of what it makes. */
export const tellStep = (
  outline: Outline,
  { name }: Occurrence,
  facts: readonly string[],
): string | undefined => {
  const step = outline.steps.get(name)
  if (!step) return undefined
  const text = textAt(step.value, 'description')
  return [
    `**step ${name}**${step.kind === undefined ? '' : `: ${step.kind}`}`,
    ...(text === undefined ? [] : [text]),
    ...(facts.length > 0 ? [facts.map(fact => `- ${fact}`).join('\n')] : []),
  ].join('\n\n')
}
