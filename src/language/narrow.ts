/** JSON Schema as far as narrowing looks into it. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema | readonly Schema[]
  readonly prefixItems?: readonly Schema[]
  readonly default?: unknown
  readonly description?: string
  readonly maxProperties?: number
  readonly minProperties?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly then?: Schema
  /** All keys that there are; narrowing leaves out those that are not written. */
  readonly 'x-known'?: readonly string[]
  /** Descriptions of required keys, for messages. */
  readonly 'x-descriptions'?: Readonly<Record<string, string>>
  readonly 'x-trimtab'?: string
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

const takes = (schema: Schema, value: unknown): boolean => {
  if (schema.enum) return schema.enum.some(each => typeOf(each) === typeOf(value))
  if ('const' in schema) return typeOf(schema.const) === typeOf(value)
  const either = schema.anyOf ?? schema.oneOf
  if (either) return either.some(each => takes(each, value))
  if (schema.type === undefined) return true
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type
  const found = typeOf(value)
  return types.some(type => type === found || (type === 'integer' && found === 'number'))
}

/** Keys of a map that a schema knows, less those that it needs and the map lacks. */
const fit = (schema: Schema, value: Record<string, unknown>): number => {
  const properties = schema.properties ?? {}
  const known = Object.keys(value).filter(key => Object.hasOwn(properties, key)).length
  const lacking = (schema.required ?? []).filter(
    key => !Object.hasOwn(value, key) && properties[key]?.default === undefined,
  ).length
  return known * 2 - lacking
}

const hasOneKey = (schema: Schema): boolean =>
  Object.keys(schema.properties ?? {}).length === 1 && schema.required?.length === 1

/** The branches of a union that a value of this kind can only have meant, as one schema; undefined where none takes it. */
const meant = (branches: readonly Schema[], value: unknown): Schema | undefined => {
  const fitting = branches.filter(branch => takes(branch, value))
  if (fitting.length === 0) return undefined
  if (fitting.length === 1) return fitting[0]
  if (isMap(value)) {
    const maps = fitting.filter(branch => branch.properties)
    if (maps.length > 1 && maps.every(hasOneKey)) {
      // One-key maps side by side are the forms of one thing.
      const properties = Object.fromEntries(maps.flatMap(each => Object.entries(each.properties ?? {})))
      return { type: 'object', properties, additionalProperties: false, minProperties: 1, maxProperties: 1 }
    }
    return maps.toSorted((a, b) => fit(b, value) - fit(a, value))[0] ?? fitting[0]
  }
  const options = fitting.flatMap(branch => branch.enum ?? ('const' in branch ? [branch.const] : []))
  const open = fitting.filter(branch => !branch.enum && !('const' in branch))
  if (options.includes(value) || open.length === 0) return { enum: options }
  return open.length === 1 ? open[0] : { anyOf: open }
}

/** Fields that a narrowed schema left out and that have a default; beside it, since a compiler would read through them. */
const unwritten = new WeakMap<Schema, readonly (readonly [string, Schema])[]>()

/**
 * The part of a schema that speaks of this value: of a union the form that the value means, of a table of forms the
 * one that is named, of a map the keys that are written. What is left compiles fast and blames one place for one
 * mistake.
 */
export const narrow = (schema: Schema, value: unknown): Schema => {
  const branches = schema.anyOf ?? schema.oneOf
  if (branches) {
    const { anyOf: _, oneOf: __, default: ___, ...rest } = schema
    const one = meant(branches, value)
    if (one === undefined) return { ...rest, anyOf: branches.map(outline) }
    if (one.anyOf) return { ...rest, ...one }
    return narrow(
      { ...one, ...(rest.description === undefined ? {} : { description: rest.description }) },
      value,
    )
  }
  if (isMap(value) && (schema.properties ?? typeof schema.additionalProperties === 'object')) {
    const properties = schema.properties ?? {}
    const all = Object.entries(properties)
    const rest = schema.additionalProperties
    const others =
      typeof rest === 'object' ? Object.keys(value).filter(key => !Object.hasOwn(properties, key)) : []
    const written = [
      ...all
        .filter(([key]) => Object.hasOwn(value, key))
        .map(([key, inner]): [string, Schema] => [key, narrow(inner, value[key])]),
      ...others.map((key): [string, Schema] => [key, narrow(rest as Schema, value[key])]),
    ]
    const presets = all.filter(([key, inner]) => !Object.hasOwn(value, key) && inner.default !== undefined)
    const narrowed: Schema = {
      ...schema,
      properties: Object.fromEntries(written),
      ...(schema.required
        ? { required: schema.required.filter(key => properties[key]?.default === undefined) }
        : {}),
      'x-known': schema['x-known'] ?? all.map(([key]) => key),
      'x-descriptions': Object.fromEntries(
        (schema.required ?? []).flatMap(key =>
          properties[key]?.description === undefined ? [] : [[key, properties[key].description]],
        ),
      ),
    }
    if (presets.length > 0) unwritten.set(narrowed, presets)
    return narrowed
  }
  if (Array.isArray(value)) {
    const { items } = schema
    const fixed = schema.prefixItems ?? (Array.isArray(items) ? (items as readonly Schema[]) : undefined)
    if (fixed) {
      const { items: _, additionalItems: __, ...rest } = schema as Schema & { additionalItems?: unknown }
      return {
        ...rest,
        prefixItems: fixed.map((inner, index) => narrow(inner, value[index])),
        minItems: fixed.length,
        maxItems: fixed.length,
      }
    }
    if (items && needsNarrowing(items as Schema)) {
      const { items: _, ...rest } = schema
      return { ...rest, prefixItems: value.map(each => narrow(items as Schema, each)) }
    }
  }
  const isPlainList = Array.isArray(value) && !schema.properties
  return isPlainList || !(schema.properties ?? schema.items ?? schema.prefixItems) ? schema : outline(schema)
}

/** A schema without what it says of the inside. */
const outline = (schema: Schema): Schema => {
  const { properties, items: _, prefixItems: __, ...rest } = schema as Schema & { additionalItems?: unknown }
  const { additionalItems: ___, ...outside } = rest
  return {
    ...outside,
    ...(properties ? { 'x-known': schema['x-known'] ?? Object.keys(properties) } : {}),
  }
}

/** Fills in the defaults of everything that was not written. `schema`: narrowed to the value. */
export const fillIn = (schema: Schema, value: unknown): unknown => {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      const inner = schema.prefixItems?.[index]
      if (inner) value[index] = fillIn(inner, each)
    }
  } else if (isMap(value)) {
    for (const [key, inner] of Object.entries(schema.properties ?? {}))
      if (Object.hasOwn(value, key)) value[key] = fillIn(inner, value[key])
    for (const [key, inner] of unwritten.get(schema) ?? []) {
      const preset = structuredClone(inner.default)
      value[key] = fillIn(narrow(inner, preset), preset)
    }
  }
  return value
}

const needsNarrowing = (schema: Schema): boolean =>
  schema.anyOf !== undefined ||
  schema.oneOf !== undefined ||
  schema.type === 'object' ||
  Array.isArray(schema.type) ||
  Array.isArray(schema.items) ||
  schema.prefixItems !== undefined ||
  (typeof schema.items === 'object' && needsNarrowing(schema.items as Schema))
