import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { Type } from 'typebox'
import { didYouMean, nearest } from '../core/nearest.js'
import type { Fault } from '../core/problem.js'
import { spreadSizes } from './fields.js'
import { expectation } from './expectation.js'
import type { LayerType } from './layer-type.js'

const nameField = Type.Optional(
  Type.String({
    pattern: '^[A-Za-z][A-Za-z0-9_.-]*$',
    description: 'Name of the layer. Absence: its type and a number, `conv2d_1`.',
  }),
)
const fromField = Type.Optional(
  Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], {
    description:
      'Layer that it takes its input from, or a list; `input` is the input. Absence: the layer before.',
  }),
)

/** Schema of a layer's value in a recipe: its own fields, `name` and `from`. */
export const layerSchema = (layer: LayerType) => ({
  ...layer.params,
  properties: { ...layer.params.properties, name: nameField, from: fromField },
})

let ajv: Ajv2020 | undefined
const compiled = new Map<string, ValidateFunction>()

// Compiled on first use: 60 layers at once cost a second.
const validatorOf = (layer: LayerType): ValidateFunction => {
  let found = compiled.get(layer.type)
  if (!found) {
    ajv ??= new Ajv2020({
      allErrors: true,
      useDefaults: true,
      strict: false,
      // `1e999` of a model.json is Infinity, which has no form in what is stored.
      strictNumbers: true,
      verbose: true,
      // Our own schemas are right (a test compiles them all), and compiling the schema of schemas takes 60 ms.
      validateSchema: false,
      code: { optimize: false },
    })
    found = ajv.compile(layerSchema(layer))
    compiled.set(layer.type, found)
  }
  return found
}

const show = (value: unknown): string => {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing')
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}

const missing = (error: ErrorObject): string => String(error.params['missingProperty'])
const unknown = (error: ErrorObject): string => String(error.params['additionalProperty'])

/** Codes as the language has them for a step's own fields. */
const codes: Readonly<Record<string, string>> = {
  type: 'wrong-type',
  minimum: 'out-of-range',
  maximum: 'out-of-range',
  exclusiveMinimum: 'out-of-range',
  exclusiveMaximum: 'out-of-range',
  minItems: 'wrong-length',
  maxItems: 'wrong-length',
}

// One fault a field: a union of two forms gives an error for each of them, and only the field matters.
const faultsOf = (
  errors: readonly ErrorObject[],
  layer: LayerType,
  config: Record<string, unknown>,
): Fault[] => {
  const properties: Record<string, unknown> = layerSchema(layer).properties
  const known = Object.keys(properties)
  const faults = new Map<string, Fault>()
  for (const error of errors) {
    const field = error.instancePath.split('/')[1]
    if (field !== undefined) {
      if (faults.has(field)) continue
      const schema = properties[field] as Record<string, unknown>
      const value = config[field]
      const options = schema['enum']
      const hint =
        Array.isArray(options) && typeof value === 'string'
          ? didYouMean(value, options as string[])
          : undefined
      faults.set(field, {
        code: 'anyOf' in schema ? 'wrong-value' : (codes[error.keyword] ?? 'wrong-value'),
        message: `${field} of ${layer.type} must be ${expectation(schema)}, and is ${show(value)}`,
        path: [field],
        ...(hint === undefined ? {} : { hint }),
      })
    } else if (error.keyword === 'required') {
      const name = missing(error)
      faults.set(`missing ${name}`, {
        code: 'missing-key',
        message: `${layer.type} needs ${name}: ${expectation(properties[name])}`,
        path: [],
      })
    } else if (error.keyword === 'additionalProperties') {
      const name = unknown(error)
      faults.set(name, {
        code: 'unknown-key',
        message: `${layer.type} has no field "${name}"`,
        path: [name],
        on: 'key',
        hint: didYouMean(name, known) ?? `Its fields: ${known.join(', ')}.`,
      })
    }
  }
  // A key that is missing because it was misspelt is told once, where it was misspelt.
  const strangers = errors.filter(({ keyword }) => keyword === 'additionalProperties').map(unknown)
  for (const error of errors)
    if (error.keyword === 'required' && strangers.some(each => nearest(each, [missing(error)]) !== undefined))
      faults.delete(`missing ${missing(error)}`)
  return [...faults.values()]
}

export interface CheckedConfig {
  /** A copy with defaults filled in, without `name` and `from`. */
  readonly config: Readonly<Record<string, unknown>>
  readonly name?: string
  readonly from?: readonly string[]
  /** Paths start at the layer's value. */
  readonly faults: readonly Fault[]
}

/** Checks what stands under a layer's name, and fills in defaults. */
export const checkConfig = (layer: LayerType, written: unknown): CheckedConfig => {
  const value = written ?? {}
  if (typeof value !== 'object' || Array.isArray(value))
    return {
      config: {},
      faults: [
        {
          code: 'wrong-value',
          message: `${layer.type} takes a map of its fields, and gets ${show(value)}`,
          path: [],
          hint: `Write \`${layer.type}: {${(layer.params.required ?? ['name'])[0] ?? 'name'}: …}\`.`,
        },
      ],
    }
  const config = structuredClone(value) as Record<string, unknown>
  const validate = validatorOf(layer)
  const faults = validate(config) ? [] : faultsOf(validate.errors ?? [], layer, config)
  const { name, from, ...own } = config
  const isFaulty = (field: string) => faults.some(fault => fault.path?.[0] === field)
  return {
    config: faults.length === 0 ? spreadSizes(own, layer.params.properties) : own,
    faults,
    ...(typeof name === 'string' && !isFaulty('name') ? { name } : {}),
    ...(from !== undefined && !isFaulty('from')
      ? { from: typeof from === 'string' ? [from] : (from as string[]) }
      : {}),
  }
}
