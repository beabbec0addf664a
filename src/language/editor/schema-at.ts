import type { Path } from '../../core/problem.js'
import type { Schema } from '../authored.js'
import type { Node } from '../node.js'
import { entriesOf } from './outline.js'

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const typeOf = (node: Node): string =>
  node.kind === 'map'
    ? 'object'
    : node.kind === 'list'
      ? 'array'
      : node.value === null
        ? 'null'
        : typeof node.value

const resolve = (root: Schema, schema: Schema): Schema => {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const name = reference.slice(reference.lastIndexOf('/') + 1)
  const { $ref: _, ...own } = schema
  return { ...(root['definitions'] as Record<string, Schema>)[name], ...own }
}

/** True where a condition of the editor's schema holds: those that ask for keys, words, types and patterns. */
const holds = (root: Schema, condition: Schema, node: Node | undefined): boolean => {
  if (!node) return false
  const value = node.kind === 'scalar' ? node.value : undefined
  const { type, const: constant, pattern, required, properties, allOf } = resolve(root, condition)
  if (type !== undefined && type !== typeOf(node)) return false
  if (constant !== undefined && constant !== value) return false
  if (typeof pattern === 'string' && typeof value === 'string' && !new RegExp(pattern).test(value))
    return false
  if (Array.isArray(required) && !required.every(key => entriesOf(node).has(String(key)))) return false
  if (Array.isArray(allOf) && !allOf.every(each => holds(root, each as Schema, node))) return false
  return Object.entries((properties ?? {}) as Record<string, Schema>).every(
    ([key, inner]) => !entriesOf(node).has(key) || holds(root, inner, entriesOf(node).get(key)!.value),
  )
}

/** Everything that a schema says of a value: itself, the branches that may be meant, and what its conditions bring. */
const saidOf = (root: Schema, given: Schema, node: Node | undefined): Schema[] => {
  const schema = resolve(root, given)
  const branches = ['anyOf', 'oneOf', 'allOf'].flatMap(key => (schema[key] ?? []) as Schema[])
  const then = isMap(schema['if'])
    ? ((holds(root, schema['if'], node) ? schema['then'] : schema['else']) as Schema | undefined)
    : undefined
  return [schema, ...[...branches, ...(then ? [then] : [])].flatMap(each => saidOf(root, each, node))]
}

const inner = (schema: Schema, key: string | number): Schema[] => {
  if (typeof key === 'number') {
    const items = schema['items']
    if (Array.isArray(items)) return items[key] === undefined ? [] : [items[key] as Schema]
    return isMap(items) ? [items] : []
  }
  const properties = (schema['properties'] ?? {}) as Record<string, unknown>
  if (Object.hasOwn(properties, key)) return isMap(properties[key]) ? [properties[key]] : []
  for (const [pattern, each] of Object.entries((schema['patternProperties'] ?? {}) as Record<string, Schema>))
    if (new RegExp(pattern).test(key)) return [each]
  return isMap(schema['additionalProperties']) ? [schema['additionalProperties']] : []
}

/** What the editor's schema says of the value at a path of a document, by which its conditions are judged. */
export const schemasAt = (root: Schema, path: Path, document: Node): readonly Schema[] => {
  let said = saidOf(root, root, document)
  let node: Node | undefined = document
  for (const key of path) {
    node = node?.kind === 'list' ? node.items[Number(key)] : entriesOf(node).get(String(key))?.value
    said = said.flatMap(schema => inner(schema, key)).flatMap(schema => saidOf(root, schema, node))
  }
  return said
}

/** The first description among what is said of a value. */
export const descriptionOf = (said: readonly Schema[]): string | undefined =>
  said.map(({ description }) => description).find(each => typeof each === 'string')

export { resolve as resolveSchema }
