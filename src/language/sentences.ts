import type { ErrorObject } from 'ajv'
import { engineChoices, engineHint } from '../core/engine-name.js'
import { listed } from '../core/listed.js'
import { didYouMean, nearest } from '../core/nearest.js'
import type { Fault, Path } from '../core/problem.js'
import type { Schema } from './narrow.js'
import { describeValue } from './node.js'
import { patternHint, switchHint, wanted } from './wanted.js'

/** A fault whose place is a key rather than a value. */
export interface ValueFault extends Fault {
  readonly path: Path
  /** `key`: the place is the key that the path ends with, not its value. */
  readonly on: 'key' | 'value'
}

const spell = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )

const pathOf = (pointer: string, value: unknown): Path => {
  let at = value
  return pointer
    .split('/')
    .slice(1)
    .map(part => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const step = Array.isArray(at) ? Number(key) : key
      at = (at as Record<string, unknown> | undefined)?.[key]
      return step
    })
}

/** The errors of one check as sentences; one for a place. `value`: what was checked. `subject`: what the whole is called. */
export const sentences = (errors: readonly ErrorObject[], value: unknown, subject: string): ValueFault[] => {
  const faults = new Map<string, ValueFault>()
  const tell = (path: Path, on: 'key' | 'value', code: string, message: string, hint?: string): void => {
    const place = `${on} ${JSON.stringify(path)}`
    if (!faults.has(place))
      faults.set(place, { code, message, path, on, ...(hint === undefined ? {} : { hint }) })
  }
  // What is written wrongly comes before what follows from it.
  const first = (error: ErrorObject): number => (error.keyword === 'type' ? 0 : 1)
  for (const error of errors.toSorted((a, b) => first(a) - first(b))) {
    const path = pathOf(error.instancePath, value)
    const schema = (error.parentSchema ?? {}) as Schema
    const name = path.length === 0 ? subject : spell(path)
    const found = describeValue(error.data)
    switch (error.keyword) {
      case 'if':
        break
      case 'additionalProperties': {
        const key = String(error.params['additionalProperty'])
        const known = schema['x-known'] ?? Object.keys(schema.properties ?? {})
        const forms = schema.maxProperties === 1
        tell(
          [...path, key],
          'key',
          forms ? 'unknown-form' : 'unknown-key',
          forms ? `${name} has no form "${key}"` : `${name} has no key "${key}"`,
          didYouMean(key, known) ?? (known.length > 0 ? `There are: ${listed(known)}.` : 'It takes no keys.'),
        )
        break
      }
      case 'required': {
        const key = String(error.params['missingProperty'])
        const description = schema['x-descriptions']?.[key]
        const asked = description === undefined ? undefined : `${key}: ${description}`
        tell([...path, key], 'value', 'missing-key', `${name} lacks "${key}"`, asked)
        break
      }
      case 'type':
        tell(
          path,
          'value',
          'wrong-type',
          `${name} must be ${wanted(schema)}, and is ${found}`,
          schema.type === 'boolean' ? switchHint(error.data) : undefined,
        )
        break
      case 'anyOf':
        tell(path, 'value', 'wrong-type', `${name} must be ${wanted(schema)}, and is ${found}`)
        break
      case 'enum':
      case 'const': {
        const options = schema.enum ?? ('const' in schema ? [schema.const] : [])
        const hint =
          typeof error.data !== 'string'
            ? undefined
            : options.join() === engineChoices.join()
              ? engineHint(error.data)
              : didYouMean(error.data, options.map(String))
        tell(path, 'value', 'wrong-value', `${name} must be ${wanted(schema)}, and is ${found}`, hint)
        break
      }
      case 'minimum':
      case 'maximum':
      case 'exclusiveMinimum':
      case 'exclusiveMaximum':
        tell(path, 'value', 'out-of-range', `${name} must be ${wanted(schema)}, and is ${found}`)
        break
      case 'minProperties':
      case 'maxProperties': {
        const known = schema['x-known'] ?? Object.keys(schema.properties ?? {})
        const keys = Object.keys(error.data as object)
        tell(
          path,
          'value',
          'wrong-value',
          schema.maxProperties === 1
            ? `${name} takes one of its forms, and ${keys.length === 0 ? 'has none' : `has ${keys.length}: ${listed(keys)}`}`
            : `${name} has ${keys.length === 0 ? 'nothing in it' : `${keys.length} keys`}`,
          known.length > 0 ? `There are: ${listed(known)}.` : undefined,
        )
        break
      }
      case 'minItems':
      case 'maxItems': {
        const count = (error.data as unknown[]).length
        const limit = String(error.params['limit'])
        const asked =
          schema.minItems === schema.maxItems
            ? limit
            : `${error.keyword === 'minItems' ? 'at least' : 'at most'} ${limit}`
        tell(
          path,
          'value',
          'wrong-length',
          `${name} must have ${asked} ${asked.endsWith(' 1') ? 'entry' : 'entries'}, and has ${count}`,
        )
        break
      }
      case 'uniqueItems':
        tell(path, 'value', 'wrong-value', `${name} lists the same thing twice`)
        break
      case 'minLength':
        tell(path, 'value', 'wrong-value', `${name} must not be an empty text`)
        break
      case 'maxLength':
        tell(
          path,
          'value',
          'wrong-value',
          `${name} is longer than ${String(error.params['limit'])} characters`,
        )
        break
      case 'pattern':
        tell(
          path,
          'value',
          'wrong-value',
          `${name} must be ${wanted(schema)}, and is ${found}`,
          patternHint(schema),
        )
        break
      case 'multipleOf':
        tell(
          path,
          'value',
          'wrong-value',
          `${name} must be a multiple of ${String(error.params['multipleOf'])}, and is ${found}`,
        )
        break
      default:
        tell(
          path,
          'value',
          'wrong-value',
          `${name} ${error.message ?? 'is not as it should be'}`,
          schema.description,
        )
    }
  }
  return outermost(withoutMisspelt([...faults.values()]))
}

const mapOf = ({ path }: ValueFault): string => JSON.stringify(path.slice(0, -1))

/** A key that is missing because it was misspelt is told once, where it was misspelt. */
const withoutMisspelt = (faults: readonly ValueFault[]): ValueFault[] => {
  const unknown = new Map<string, string[]>()
  for (const fault of faults) {
    if (fault.code !== 'unknown-key') continue
    const map = mapOf(fault)
    unknown.set(map, [...(unknown.get(map) ?? []), String(fault.path.at(-1))].slice(0, 100))
  }
  const isMisspelt = (fault: ValueFault): boolean =>
    (unknown.get(mapOf(fault)) ?? []).some(key => nearest(key, [String(fault.path.at(-1))]) !== undefined)
  return faults.filter(fault => fault.code !== 'missing-key' || !isMisspelt(fault))
}

/** A fault inside of something that is itself wrong is an echo. */
const outermost = (faults: readonly ValueFault[]): ValueFault[] => {
  const wrong = new Set(
    faults.flatMap(({ on, code, path }) =>
      on === 'value' && code !== 'missing-key' ? [JSON.stringify(path)] : [],
    ),
  )
  const isInside = ({ path }: ValueFault): boolean =>
    path.some((_, length) => wrong.has(JSON.stringify(path.slice(0, length))))
  return faults.filter(fault => !isInside(fault))
}
