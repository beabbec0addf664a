import type { Schema } from './authored.js'

const nothing = { type: 'null', description: 'Removes what the base says.' }

/** The same value, or `null`. */
const orNothing = (given: unknown): unknown => {
  if (typeof given !== 'object' || given === null || 'doNotSuggest' in given) return given
  const { description, default: preset, anyOf, ...rest } = given as Schema
  const own = [
    ...(Object.keys(rest).length > 0 ? [rest] : []),
    ...(Array.isArray(anyOf) ? (anyOf as Schema[]) : []),
  ]
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [...own, nothing],
  }
}

/** A map of which a recipe may say a part, or remove one: the rest stands in its base. */
export const partial = (schema: Schema): Schema => {
  const { required: _, ...rest } = schema
  return {
    ...rest,
    properties: Object.fromEntries(
      Object.entries(schema['properties'] as Schema).map(([key, each]) => [key, orNothing(each)]),
    ),
  }
}

/** Parts of a recipe that are looked at in another way where it extends another. */
export interface Parts {
  readonly steps: Schema
  readonly gates: Schema
  readonly params: Schema
}

const names = ['params', 'steps', 'gates'] as const

/**
 * The schema of recipes that also takes one that extends another: what it lacks stands in its base, and it may say
 * `null` of what it removes. Only where a recipe extends nothing is all of it asked for. `inside`: what a step, a gate
 * and a param are in a recipe that extends another.
 */
export const allowExtending = (schema: Schema, inside: Parts): Schema => {
  const { required, properties, definitions, ...rest } = schema as Record<string, Schema>
  const parts = properties as unknown as Parts
  const removable = (name: keyof Parts): Schema => ({
    ...parts[name],
    type: ['object', 'null'],
    additionalProperties: inside[name],
  })
  const each = (make: (name: keyof Parts) => unknown) =>
    Object.fromEntries(names.map(name => [name, make(name)]))
  return {
    ...rest,
    properties: {
      ...properties,
      ...each(name => ({ doNotSuggest: true, description: parts[name]['description'] })),
    },
    if: { required: ['extends'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { properties: each(removable) },
    else: { required, properties: each(name => parts[name]) },
    definitions,
  }
}
