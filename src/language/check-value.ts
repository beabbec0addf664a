import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
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

/** Checks a value against a JSON Schema and fills in its defaults. `subject`: what the value as a whole is called in messages. */
export const checkValue = (schema: object, value: unknown, subject: string): Checked => {
  const narrowed = narrow(schema as Schema, value)
  const validate = validatorOf(narrowed)
  if (!validate(value)) return { value, faults: sentences(validate.errors ?? [], value, subject), narrowed }
  return { value: fillIn(narrowed, value), faults: [], narrowed }
}
