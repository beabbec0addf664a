import { checkValue } from './check-value.js'
import { describeValue, findNode, placeOf, plainOf, type Entry, type Node } from './node.js'
import type { Reporter } from './reporter.js'
import { paramSchema, type ParamType } from './schema.js'
import { isSecretName, secretForm } from './secrets.js'
import type { Place } from './source-file.js'
import { tellFaults } from './tell-faults.js'
import { switchHint } from './wanted.js'

/** A param as the recipe declares it. */
export interface ParamDeclaration {
  readonly type: ParamType
  /** As written, a path too. Absence: the param is required. */
  readonly default?: string | number | boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly (string | number | boolean)[]
  readonly description?: string
}

const wantedOf = (type: ParamType): string =>
  ({
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    string: 'a text',
    path: 'a path',
  })[type]

const typeFault = (value: unknown, type: ParamType): string | undefined => {
  const fits =
    type === 'number'
      ? typeof value === 'number'
      : type === 'integer'
        ? Number.isInteger(value)
        : type === 'boolean'
          ? typeof value === 'boolean'
          : typeof value === 'string' && (type === 'string' || value !== '')
  return fits ? undefined : `must be ${wantedOf(type)}, and is ${describeValue(value)}`
}

/** What is wrong with a value of a param, as the end of a sentence; undefined where nothing is. */
export const unfit = (value: unknown, declared: ParamDeclaration): string | undefined => {
  const { type, minimum, maximum } = declared
  const fault = typeFault(value, type)
  if (fault !== undefined) return fault
  if (declared.enum && !declared.enum.some(each => each === value))
    return `must be one of ${declared.enum.join(', ')}, and is ${describeValue(value)}`
  if (typeof value === 'number' && minimum !== undefined && value < minimum)
    return `must be at least ${minimum}, and is ${value}`
  if (typeof value === 'number' && maximum !== undefined && value > maximum)
    return `must be at most ${maximum}, and is ${value}`
  return undefined
}

/** The type that a short form gives; undefined where it has no type. */
export const typeOfLiteral = (value: unknown): ParamType | undefined =>
  typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
    ? (typeof value as ParamType)
    : undefined

/** Every scalar below a node, but for the words that a declaration has of its own. */
const scalarsOf = (node: Node): Node[] =>
  node.kind === 'scalar'
    ? [node]
    : node.kind === 'list'
      ? node.items.flatMap(scalarsOf)
      : [...node.entries].flatMap(([key, { value }]) =>
          key === 'type' || key === 'description' ? [] : scalarsOf(value),
        )

const isText = (node: Node): boolean => {
  if (node.kind === 'scalar') return typeof node.value === 'string' || node.value === null
  const type = findNode(node, ['type'])
  return (
    type.whole && type.node.kind === 'scalar' && (type.node.value === 'string' || type.node.value === 'path')
  )
}

const isBoolean = (node: Node): boolean => {
  const { node: type } = findNode(node, node.kind === 'map' ? ['type'] : [])
  return type.kind === 'scalar' && (typeof type.value === 'boolean' || type.value === 'boolean')
}

const secretHint =
  'Params are kept in records that are committed and shared: let the library that needs it read the environment itself.'

/** Why a param cannot be what it is: a secret by its name, or by a value in its declaration. Its values are hidden in frames. */
const secretFault = (name: string, node: Node): string | undefined => {
  const scalars = scalarsOf(node)
  const found = scalars.flatMap(each =>
    each.kind === 'scalar' && typeof each.value === 'string' ? (secretForm(each.value) ?? []) : [],
  )[0]
  const named = isSecretName(name, isText(node)) && !isBoolean(node)
  if (!named && found === undefined) return undefined
  for (const { source, start, end } of scalars) source.hide(start, end)
  return named
    ? `param "${name}" is a secret by its name, and a recipe keeps none`
    : `param "${name}" holds ${found}, and a recipe keeps no secrets`
}

/** Hides the values of params that are secrets, in a file whose params may be replaced before they are read. */
export const hideSecrets = (params: Node | undefined): void => {
  if (params?.kind !== 'map') return
  for (const [name, { value }] of params.entries) secretFault(name, value)
}

/** Reports a value from outside of the recipe that has the form of a secret; true where it does. `subject`: where it came from. */
export const tellSecretValue = (
  subject: string,
  value: unknown,
  node: Node | undefined,
  reporter: Reporter,
): boolean => {
  const form = typeof value === 'string' ? secretForm(value) : undefined
  if (form === undefined) return false
  node?.source.hide(node.start, node.end)
  reporter.report('secret-param', `${subject} holds ${form}, and a recipe keeps no secrets`, node, secretHint)
  return true
}

/** True where the bounds or the list of values contradict the type or each other, which was told. */
const boundFaults = (name: string, node: Node, declared: ParamDeclaration, reporter: Reporter): boolean => {
  const { type, minimum, maximum } = declared
  let found = false
  const tell = (message: string, at: Place | undefined, hint?: string): void => {
    found = true
    reporter.report('wrong-value', message, at, hint)
  }
  const at = (...path: (string | number)[]) => placeOf(findNode(node, path))
  if (type !== 'number' && type !== 'integer')
    for (const bound of ['minimum', 'maximum'] as const)
      if (declared[bound] !== undefined)
        tell(
          `param "${name}" is ${wantedOf(type)}, which has no ${bound}`,
          findNode(node, [bound]).key,
          'Bounds go with numbers; `enum: [...]` lists the values of a text.',
        )
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    tell(`no value of param "${name}" is at least ${minimum} and at most ${maximum}`, at('minimum'))
  const isSound = !found
  for (const [index, value] of (declared.enum ?? []).entries()) {
    const { enum: _, ...open } = declared
    const fault = typeFault(value, type) ?? (isSound ? unfit(value, open) : undefined)
    if (fault !== undefined) tell(`each value of param "${name}" ${fault}`, at('enum', index))
  }
  return found
}

/** Reads one declaration, short or long; undefined where it is faulty, which was told. */
export const readDeclaration = (
  name: string,
  { key, value: node }: Entry,
  reporter: Reporter,
): ParamDeclaration | undefined => {
  const secret = secretFault(name, node)
  if (secret !== undefined) {
    reporter.report('secret-param', secret, key, secretHint)
    return undefined
  }
  if (node.kind === 'scalar') {
    const type = typeOfLiteral(node.value)
    if (type) return { type, default: node.value! }
    reporter.report(
      'missing-value',
      `param "${name}" has no value`,
      key,
      `Write \`${name}: 3\`, or \`${name}: {type: number}\` if it must be given.`,
    )
    return undefined
  }
  if (node.kind === 'list') {
    reporter.report('wrong-type', `param "${name}" must be a number, a text, true, false, or a map`, node)
    return undefined
  }
  const checked = checkValue(paramSchema, plainOf(node), `param "${name}"`)
  if (checked.faults.length > 0) {
    tellFaults(checked.faults, { key, value: node }, reporter)
    return undefined
  }
  const declared = checked.value as ParamDeclaration
  if (boundFaults(name, node, declared, reporter)) return undefined
  if (declared.default === undefined) return declared
  const fault = unfit(declared.default, declared)
  if (fault === undefined) return declared
  reporter.report(
    'wrong-value',
    `the default of param "${name}" ${fault}`,
    placeOf(findNode(node, ['default'])),
    declared.type === 'boolean' ? switchHint(declared.default) : undefined,
  )
  return undefined
}
