import { listed } from '../core/listed.js'
import type { Schema } from './narrow.js'

type Bound = 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum'

const bounds = (schema: Schema): string => {
  const part = (key: Bound, words: string): string[] =>
    schema[key] === undefined || schema[key] === Number.MAX_SAFE_INTEGER ? [] : [`${words} ${schema[key]}`]
  const all = [
    ...part('exclusiveMinimum', 'above'),
    ...part('minimum', 'at least'),
    ...part('exclusiveMaximum', 'below'),
    ...part('maximum', 'at most'),
  ]
  return all.length > 0 ? ` ${all.join(' and ')}` : ''
}

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\(never\|every/, '`every 1 epoch`, `every 500 steps`, `every 10m` or `never`'],
  [/\(epochs\?\|steps\?\)/, 'a stretch of training such as `2 epochs` or `50 steps`'],
  [/\(ms\|s\|m\|h\|d\)/, 'a duration such as `90s`, `30m` or `2h`'],
  [/%\$/, 'a share such as `2%`'],
  [/\[kMGT\]/, 'an amount such as `2 GB`, or a number of bytes'],
]

const ofType = (type: string, schema: Schema): string => {
  switch (type) {
    case 'integer':
      return `a whole number${bounds(schema)}`
    case 'number':
      return `a number${bounds(schema)}`
    case 'boolean':
      return 'true or false'
    case 'string': {
      const known = patterns.find(([pattern]) => schema.pattern !== undefined && pattern.test(schema.pattern))
      if (known) return known[1]
      if (schema['x-trimtab'] === 'path') return 'a path'
      return schema.then?.enum ? `one of ${listed(schema.then.enum)}` : 'a text'
    }
    case 'array':
      return schema.minItems !== undefined && schema.minItems === schema.maxItems
        ? `a list of ${schema.minItems}`
        : 'a list'
    case 'object': {
      const keys = schema['x-known'] ?? Object.keys(schema.properties ?? {})
      const some = keys.length > 4 ? [...keys.slice(0, 3), '…'] : keys
      return schema.maxProperties === 1 && keys.length > 0 ? `a map with one of ${listed(some)}` : 'a map'
    }
    default:
      return type
  }
}

/** What a schema asks for, as it ends a sentence: `a whole number from 1`. */
export const wanted = (schema: Schema): string => {
  if (schema['x-trimtab'] === 'cel') return 'an expression'
  if (schema.enum) return `one of ${listed(schema.enum)}`
  if ('const' in schema) return String(schema.const)
  const either = schema.anyOf ?? schema.oneOf
  if (either) return [...new Set(either.map(wanted))].join(', or ')
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  return types.length === 0 ? 'something else' : types.map(type => ofType(type, schema)).join(', or ')
}

/** YAML 1.1 took these for true and false; in YAML 1.2 they are texts. */
export const switchHint = (value: unknown): string | undefined =>
  typeof value !== 'string' || !/^(yes|no|on|off)$/i.test(value)
    ? undefined
    : `Write ${/^(yes|on)$/i.test(value) ? 'true' : 'false'}: "${value}" is a text.`

/** The form of a text, where no words of ours say it. */
export const patternHint = (schema: Schema): string | undefined =>
  patterns.some(([pattern]) => pattern.test(schema.pattern ?? ''))
    ? undefined
    : `Its form: ${schema.pattern ?? ''}`
