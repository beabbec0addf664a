/** One field of a schema, as a table of documentation shows it. */
export interface FieldRow {
  /** `optimizer.adam.learningRate`: keys from the top. */
  readonly name: string
  readonly type: string
  readonly required: boolean
  /** As it would stand in YAML; absent where there is none. */
  readonly fallback?: string
  readonly description: string
}

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly 'x-trimtab'?: string
}

const boundsOf = (schema: Schema): string => {
  const parts = [
    schema.minimum === undefined ? '' : `≥ ${schema.minimum}`,
    schema.exclusiveMinimum === undefined ? '' : `> ${schema.exclusiveMinimum}`,
    schema.maximum === undefined ? '' : `≤ ${schema.maximum}`,
    schema.exclusiveMaximum === undefined ? '' : `< ${schema.exclusiveMaximum}`,
  ].filter(part => part !== '')
  return parts.length > 0 ? ` ${parts.join(', ')}` : ''
}

/** A schema's type in a few words: `number ≥ 0, < 1`, `l1 | l2`, `list of string`, `path`. */
const typeText = (schema: Schema): string => {
  if (schema['x-trimtab'] === 'path') return 'path'
  if (schema.const !== undefined) return JSON.stringify(schema.const).replaceAll('"', '')
  if (schema.enum)
    return schema.enum.map(value => (typeof value === 'string' ? value : JSON.stringify(value))).join(' | ')
  const either = schema.anyOf ?? schema.oneOf
  if (either) {
    const variants = either.map(each =>
      each.properties && Object.keys(each.properties).length === 1
        ? `{${Object.keys(each.properties)[0]}}`
        : typeText(each),
    )
    return [...new Set(variants)].join(' | ')
  }
  if (schema.type === 'array') return schema.items ? `list of ${typeText(schema.items)}` : 'list'
  if (schema.type === 'object') return 'map'
  const named = Array.isArray(schema.type)
    ? schema.type.join(' | ')
    : ((schema.type as string | undefined) ?? 'any')
  return `${named}${boundsOf(schema)}`
}

/** The fields of an object schema, nested ones after their parent, to a depth that a table can carry. */
export const fieldRows = (schema: unknown, depth = 3, trail: readonly string[] = []): FieldRow[] => {
  const { properties = {}, required = [] } = schema as Schema
  return Object.entries(properties).flatMap(([key, field]) => {
    const name = [...trail, key]
    const own: FieldRow = {
      name: name.join('.'),
      type: typeText(field),
      required: required.includes(key) && field.default === undefined,
      ...(field.default === undefined ? {} : { fallback: JSON.stringify(field.default) }),
      description: field.description ?? '',
    }
    if (depth <= 1) return [own]
    const nested = [field, ...(field.anyOf ?? []), ...(field.oneOf ?? [])].filter(each => each.properties)
    return [own, ...nested.flatMap(each => fieldRows(each, depth - 1, name))]
  })
}
