import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { narrow, type Schema } from './narrow.js'
import { sentences, type ValueFault } from './sentences.js'

let ajv: Ajv2020 | undefined
const compiled = new Map<string, ValidateFunction>()

/** Compiled on first use, one for each narrowed schema: all kinds and layers at once would cost a second. */
const validatorOf = (schema: Schema): ValidateFunction => {
  const identity = JSON.stringify(schema)
  let found = compiled.get(identity)
  if (!found) {
    ajv ??= new Ajv2020({
      allErrors: true,
      verbose: true,
      useDefaults: true,
      strict: false,
      addUsedSchema: false,
      validateSchema: false,
      inlineRefs: false,
    })
    found = ajv.compile(schema)
    compiled.set(identity, found)
  }
  return found
}

export interface Checked {
  /** A copy with defaults filled in; only to be used where there are no faults. */
  readonly value: unknown
  readonly faults: readonly ValueFault[]
  /** The schema as far as it speaks of the value. */
  readonly narrowed: Schema
}

/** Checks a value against a JSON Schema. `subject`: what the value as a whole is called in messages. */
export const checkValue = (schema: object, given: unknown, subject: string): Checked => {
  const narrowed = narrow(schema as Schema, given)
  const value = structuredClone(given)
  const validate = validatorOf(narrowed)
  const faults = validate(value) ? [] : sentences(validate.errors ?? [], given, subject)
  return { value, faults, narrowed }
}
