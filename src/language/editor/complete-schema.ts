import type { Schema } from '../authored.js'
import { isMetaKey } from '../step-schema.js'
import type { Completion } from './completion.js'
import type { Cursor } from './cursor.js'
import { descriptionOf, resolveSchema, schemasAt } from './schema-at.js'

const withText = (text: unknown) => (typeof text === 'string' && text !== '' ? { documentation: text } : {})

const isMapOf = (schema: Schema): boolean => schema['type'] === 'object' && schema['properties'] !== undefined

/** What is written with a key: of a map its required keys too, of anything else nothing. */
const afterKey = (root: Schema, schema: Schema): { readonly insert: string; readonly snippet: boolean } => {
  const required = (schema['required'] ?? []) as string[]
  if (isMapOf(schema) && required.length > 0 && schema['title'] !== 'step') {
    const fields = required.map((key, index) => `${key}: $${index + 1}`)
    return { insert: `{${fields.join(', ')}}`, snippet: true }
  }
  const list = resolveSchema(root, schema)['type'] === 'array'
  return list ? { insert: '[$1]', snippet: true } : { insert: '', snippet: false }
}

const isFull = (schema: Schema, count: number): boolean =>
  [schema, ...((schema['allOf'] ?? []) as Schema[])].some(each => each['maxProperties'] === 1) && count > 0

/** Keys that the map at the cursor may still have: the required ones first, those of any step last. */
const keys = (root: Schema, said: readonly Schema[], present: ReadonlySet<string>): Completion[] => {
  const found = new Map<string, Completion>()
  for (const schema of said) {
    if (isFull(schema, present.size)) continue
    const required = new Set((schema['required'] ?? []) as string[])
    for (const [key, property] of Object.entries(
      (schema['properties'] ?? {}) as Record<string, Schema | false>,
    )) {
      if (property === false || property['doNotSuggest'] || present.has(key) || found.has(key)) continue
      const value = resolveSchema(root, property)
      const { insert, snippet } = afterKey(root, value)
      found.set(key, {
        label: key,
        is: 'key',
        insert: `${key}: ${insert}`,
        snippet,
        rank: required.has(key) ? 0 : isMetaKey(key) && key !== 'kind' ? 2 : 1,
        ...(value['default'] === undefined ? {} : { detail: `default: ${JSON.stringify(value['default'])}` }),
        ...withText(value['description']),
      })
    }
  }
  return [...found.values()]
}

/** Words that the value at the cursor may be. */
const words = (said: readonly Schema[]): Completion[] => {
  const found = new Map<string, Completion>()
  const preset = said.map(({ default: each }) => each).find(each => each !== undefined)
  const add = (value: unknown, text?: unknown): void => {
    const label = String(value)
    if (typeof value === 'object' || found.has(label)) return
    const isPreset = value === preset
    found.set(label, {
      label,
      is: 'word',
      ...(isPreset ? { detail: 'default', rank: 0 } : {}),
      ...withText(text ?? descriptionOf(said)),
    })
  }
  for (const schema of said) {
    const texts = schema['enumDescriptions'] as string[] | undefined
    for (const [index, value] of ((schema['enum'] ?? []) as unknown[]).entries()) add(value, texts?.[index])
    // Of a text of some form these are what is usually written.
    for (const value of (schema['examples'] ?? []) as unknown[]) add(value)
    if (schema['const'] !== undefined) add(schema['const'])
    if (schema['type'] === 'boolean') [true, false].forEach(value => add(value))
  }
  return [...found.values()]
}

/** What the schema of recipes gives for the cursor. */
export const completeFromSchema = (root: Schema, cursor: Cursor): Completion[] => {
  if (!cursor.outline.root) return []
  const said = schemasAt(root, cursor.path, cursor.outline.root)
  return [
    ...(cursor.on === 'value' ? [] : keys(root, said, cursor.present)),
    ...(cursor.on === 'key' ? [] : words(said)),
  ]
}
