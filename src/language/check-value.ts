import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { fillIn, narrow, type Schema } from './narrow.js'
import { sentences, type ValueFault } from './sentences.js'

let ajv: Ajv2020 | undefined
const compiled = new Map<string, ValidateFunction>()

/** Compiled schemas that are kept: a server that reads one file for hours meets ever new ones. */
const most = 500

/** Compiled on first use, one for each narrowed schema: all kinds and layers at once would cost a second. */
const validatorOf = (schema: Schema): ValidateFunction => {
  const identity = JSON.stringify(schema)
  let found = compiled.get(identity)
  if (!found) {
    ajv ??= new Ajv2020({
      allErrors: true,
      verbose: true,
      strict: false,
      addUsedSchema: false,
      validateSchema: false,
      inlineRefs: false,
      // Optimizing takes longer than what it saves on values of this size.
      code: { optimize: false },
    })
    found = ajv.compile(schema)
    for (const [oldest, { schema: own }] of compiled) {
      if (compiled.size < most) break
      compiled.delete(oldest)
      ajv.removeSchema(own as object)
    }
  } else compiled.delete(identity)
  // The latest used stands last.
  compiled.set(identity, found)
  return found
}

export interface Checked {
  /** What was given, with defaults filled in; only to be used where there are no faults. */
  readonly value: unknown
  readonly faults: readonly ValueFault[]
  /** The schema as far as it speaks of the value. */
  readonly narrowed: Schema
}

/** Entries from which a list or map is checked entry by entry: compiled as one, thousands would overflow the stack. */
const wide = 40

interface Piece {
  readonly schema: Schema
  readonly value: unknown
  /** Where it stands in the whole, as ajv writes it. */
  readonly pointer: string
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** A narrowed schema without what it says of the entries of wide lists and maps; those are added to `pieces`. */
const divide = (schema: Schema, value: unknown, pointer: string, pieces: Piece[]): Schema => {
  const { prefixItems, properties } = schema
  if (Array.isArray(value) && prefixItems) {
    const isWide = value.length > wide
    const inner = prefixItems.map((each, index) => divide(each, value[index], `${pointer}/${index}`, pieces))
    if (!isWide) return { ...schema, prefixItems: inner }
    for (const [index, each] of inner.entries())
      pieces.push({ schema: each, value: value[index], pointer: `${pointer}/${index}` })
    const { prefixItems: _, ...rest } = schema
    return rest
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !properties) return schema
  const isWide = Object.keys(properties).length > wide
  const own = Object.entries(properties).map(([key, each]): [string, Schema] => {
    if (!Object.hasOwn(value, key)) return [key, each]
    const member = (value as Record<string, unknown>)[key]
    const at = `${pointer}/${escaped(key)}`
    const inner = divide(each, member, at, pieces)
    if (!isWide) return [key, inner]
    pieces.push({ schema: inner, value: member, pointer: at })
    return [key, {}]
  })
  return { ...schema, properties: Object.fromEntries(own) }
}

const isWideWithin = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  const members = Object.values(value)
  return members.length > wide || members.some(isWideWithin)
}

const errorsOf = (schema: Schema, value: unknown, pointer = ''): ErrorObject[] => {
  const validate = validatorOf(schema)
  if (validate(value)) return []
  return (validate.errors ?? []).map(error => ({ ...error, instancePath: pointer + error.instancePath }))
}

/** Checks a value against a JSON Schema and fills in its defaults. `subject`: what the value as a whole is called in messages. */
export const checkValue = (schema: object, value: unknown, subject: string): Checked => {
  const narrowed = narrow(schema as Schema, value)
  const pieces: Piece[] = []
  const whole = isWideWithin(value) ? divide(narrowed, value, '', pieces) : narrowed
  const errors = [
    ...errorsOf(whole, value),
    ...pieces.flatMap(piece => errorsOf(piece.schema, piece.value, piece.pointer)),
  ]
  if (errors.length > 0) return { value, faults: sentences(errors, value, subject), narrowed }
  return { value: fillIn(narrowed, value), faults: [], narrowed }
}
