import { Type, type Static, type TObject, type TSchema, type TUnsafe } from 'typebox'

/** A value in a recipe that is one of several forms: its bare name, or a one-key map of its name to its fields. */
export type Variant<T extends Readonly<Record<string, TObject>>> =
  (keyof T & string) | { readonly [K in keyof T]?: Partial<Static<T[K]>> }

/** A variant with its name and all of its fields, defaults filled in. */
export type ResolvedVariant<T extends Readonly<Record<string, TObject>>> = {
  [K in keyof T & string]: { readonly type: K } & Readonly<Static<T[K]>>
}[keyof T & string]

const defaultOf = (schema: unknown): unknown => (schema as { default?: unknown }).default

const withoutDefault = (schema: TObject): string[] =>
  (schema.required ?? []).filter(name => defaultOf(schema.properties[name]) === undefined)

/** The keys of a variant's map. */
export const variantProperties = (table: Readonly<Record<string, TObject>>): Record<string, TSchema> =>
  Object.fromEntries(
    Object.entries(table).map(([name, schema]) => [
      name,
      { ...schema, additionalProperties: false, required: withoutDefault(schema) },
    ]),
  )

/**
 * The field of a variant. Written without `anyOf`, so that a checker blames the very field that is wrong and
 * fills in defaults.
 */
export const variantField = <T extends Readonly<Record<string, TObject>>>(
  table: T,
  options: { readonly description: string; readonly default?: keyof T & string },
): TUnsafe<Variant<T>> => {
  const bare = Object.keys(table).filter(name => withoutDefault(table[name]!).length === 0)
  return Type.Unsafe<Variant<T>>({
    type: ['string', 'object'],
    if: { type: 'string' },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { enum: bare },
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
    properties: variantProperties(table),
    ...options,
  })
}

/** Name and fields of a checked variant, defaults filled in. */
export const resolveVariant = <T extends Readonly<Record<string, TObject>>>(
  table: T,
  value: Variant<T>,
): ResolvedVariant<T> => {
  const [type, written] = typeof value === 'string' ? [value, {}] : Object.entries(value)[0]!
  const schema = table[type]
  if (!schema) throw new Error(`no variant "${type}"`)
  const defaults = Object.entries(schema.properties)
    .map(([name, field]) => [name, defaultOf(field)] as const)
    .filter(([, preset]) => preset !== undefined)
  return { type, ...Object.fromEntries(defaults), ...(written as object) } as ResolvedVariant<T>
}
