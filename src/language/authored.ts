/** A JSON Schema as plain data. */
export type Schema = Readonly<Record<string, unknown>>

const expression = { $ref: '#/definitions/expression' }

const typesOf = (schema: Schema): string[] =>
  schema['type'] === undefined ? [] : [schema['type']].flat().map(String)

/** True where an author may write `${{ }}` and the schema as it is would refuse a text. */
const needsExpression = (schema: Schema): boolean => {
  if (schema['const'] !== undefined) return false
  if (schema['enum'] !== undefined) return true
  const types = typesOf(schema)
  if (types.includes('string')) return schema['pattern'] !== undefined
  return types.some(type => ['number', 'integer', 'boolean'].includes(type))
}

/** Maps have a title, which editors show over what they say of a key, and as the name of what fills in its required keys. */
const entitle = (schema: Schema, title: string): Schema =>
  schema['type'] === 'object' && schema['properties'] && schema['title'] === undefined
    ? { title, ...schema }
    : schema

/** An item of a list. Unions with an expression in a list would be completed as `- (array item) undefined`. */
const inList = (item: Schema, key: string): Schema => {
  const [first, second, ...more] = (item['anyOf'] ?? []) as Schema[]
  if (!first || more.length > 0 || !second || !isExpression(second)) return entitle(item, `one of ${key}`)
  const { anyOf: _, ...rest } = item
  const names = first['enum']
  return { ...rest, ...(names ? { examples: names } : {}), if: expression, else: first }
}

const mapValues = (value: unknown, change: Change): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(value as Record<string, Schema>).map(([key, each]) => {
      const { items, ...rest } = change(each)
      const list = typeof items === 'object' && !Array.isArray(items) ? inList(items as Schema, key) : items
      return [key, entitle(items === undefined ? rest : { ...rest, items: list }, key)]
    }),
  )

const pick = (schema: Schema, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => keys.includes(key)))

const ofMaps = [
  'properties',
  'patternProperties',
  'additionalProperties',
  'propertyNames',
  'required',
  'minProperties',
  'maxProperties',
]
const ofAny = ['description', 'default', 'title']

/**
 * A field that takes a map or something else: as a union, the map first. Editors blame the first for a map, the
 * others for the rest. (The outer `anyOf` has one branch: without it the field would be completed without its colon.)
 */
const split = (schema: Schema): Schema => {
  const map = { type: 'object', ...pick(schema, ofMaps) }
  const then = schema['then'] as Schema | undefined
  const own = Object.entries(schema).filter(
    ([key]) => ![...ofMaps, ...ofAny, 'type', 'if', 'then'].includes(key),
  )
  const types = typesOf(schema).filter(type => type !== 'object')
  const rest = then?.['enum']
    ? described(then, schema)
    : { type: types.length === 1 ? types[0] : types, ...Object.fromEntries(own) }
  return { ...pick(schema, ofAny), anyOf: [{ oneOf: [map, rest] }] }
}

/** A map of one key. yaml-language-server counts the empty line that is being written as a key, hence the two. */
const oneKey = { maxProperties: 2, allOf: [{ minProperties: 1, maxProperties: 1 }] }

/** Bare names with what their maps say of them. */
const described = (names: Schema, { properties }: Schema): Schema => {
  const of = properties as Record<string, { description?: string } | undefined> | undefined
  const texts = (names['enum'] as string[]).map(name => of?.[name]?.description ?? '')
  return texts.every(text => text === '') ? names : { ...names, enumDescriptions: texts }
}

const isSplit = (schema: Schema): boolean =>
  Array.isArray(schema['type']) && schema['type'].includes('object') && schema['type'].length > 1

/** Fields of a map that must be written: those without a default. */
const wanted = (schema: Schema): Schema => {
  const properties = schema['properties'] as Record<string, Schema>
  const { required, ...rest } = schema
  const left = ((required ?? []) as string[]).filter(name => properties[name]?.['default'] === undefined)
  return left.length > 0 ? { ...rest, required: left } : rest
}

const isExpression = (schema: Schema): boolean => schema['$ref'] === expression.$ref

/** Branches of a union, those of a union inside of it among them, and the expression once, at the end. */
const flat = (branches: readonly Schema[]): Schema[] => {
  const all = branches.flatMap(branch => {
    const inner = branch['anyOf']
    return Array.isArray(inner) && Object.keys(branch).length === 1 ? (inner as Schema[]) : [branch]
  })
  const others = all.filter(branch => !isExpression(branch))
  return others.length < all.length ? [...others, expression] : others
}

type Change = (schema: Schema) => Schema

const changeWith = (takesExpressions: boolean): Change => {
  const change = (given: Schema): Schema => {
    if (isSplit(given)) return change(split(given))
    const { $id: _, 'x-trimtab': mark, 'x-gives': __, ...schema } = given
    const changed: Record<string, unknown> = { ...schema }
    if (mark === 'layers') changed['items'] = { $ref: '#/definitions/layer' }
    else if (Array.isArray(schema['items'])) changed['items'] = (schema['items'] as Schema[]).map(change)
    else if (typeof schema['items'] === 'object') changed['items'] = change(schema['items'] as Schema)
    for (const key of ['anyOf', 'oneOf'])
      if (Array.isArray(schema[key])) changed[key] = flat((schema[key] as Schema[]).map(change))
    if (Array.isArray(schema['allOf'])) changed['allOf'] = schema['allOf'].map(change)
    for (const key of ['additionalProperties', 'then', 'else', 'not'])
      if (typeof schema[key] === 'object') changed[key] = change(schema[key] as Schema)
    if (schema['patternProperties'])
      changed['patternProperties'] = mapValues(schema['patternProperties'], change)
    if (schema['properties']) {
      changed['properties'] = mapValues(schema['properties'], change)
      if (schema['maxProperties'] === 1) Object.assign(changed, oneKey)
      return wanted(changed)
    }
    if (!takesExpressions || mark === 'cel' || !needsExpression(schema)) return changed
    const { description, default: preset, ...type } = changed
    return {
      ...(description === undefined ? {} : { description }),
      ...(preset === undefined ? {} : { default: preset }),
      anyOf: [type, expression],
    }
  }
  return change
}

/**
 * The schema that an author's editor needs, from the one that resolved values are checked with: `${{ }}` may stand
 * for a scalar, what has a default may be left out, and layers are spelt out. What takes a map or a scalar becomes a
 * union, which is the form that editors complete.
 */
export const authored = changeWith(true)

/** The same where no `${{ }}` may stand. */
export const shown = changeWith(false)
