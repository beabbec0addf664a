import { dirname, resolve } from 'node:path'
import { didYouMean } from '../core/nearest.js'
import type { NameType, Names } from '../expression/parse.js'
import { checkValue } from './check-value.js'
import { identifierFault } from './identifiers.js'
import { describeValue, findNode, placeOf, plainOf, type MapNode, type Node } from './node.js'
import type { Reporter } from './reporter.js'
import { paramSchema, type ParamType } from './schema.js'
import type { Place } from './source-file.js'
import { tellFaults } from './tell-faults.js'
import { switchHint } from './wanted.js'

interface Declaration {
  readonly type: ParamType
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly unknown[]
}

/** The params of a recipe with their values. */
export interface Params {
  readonly types: ReadonlyMap<string, ParamType | undefined>
  /** A param that has a problem has no value. */
  readonly values: Readonly<Record<string, unknown>>
  /** Those that were given outside the recipe. */
  readonly set: Readonly<Record<string, unknown>>
  /** Paths that were given outside the recipe: they may be read wherever they lie. */
  readonly given: readonly string[]
}

export interface ParamSources {
  readonly set: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

const wantedOf = (type: ParamType): string =>
  ({
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    string: 'a text',
    path: 'a path',
  })[type]

/** What is wrong with a value of a param; undefined where nothing is. */
const unfit = (value: unknown, declared: Declaration): string | undefined => {
  const { type, minimum, maximum } = declared
  const fits =
    type === 'number'
      ? typeof value === 'number'
      : type === 'integer'
        ? Number.isInteger(value)
        : type === 'boolean'
          ? typeof value === 'boolean'
          : typeof value === 'string' && (type === 'string' || value !== '')
  if (!fits) return `must be ${wantedOf(type)}, and is ${describeValue(value)}`
  if (declared.enum && !declared.enum.includes(value))
    return `must be one of ${declared.enum.join(', ')}, and is ${describeValue(value)}`
  if (typeof value === 'number' && minimum !== undefined && value < minimum)
    return `must be at least ${minimum}, and is ${value}`
  if (typeof value === 'number' && maximum !== undefined && value > maximum)
    return `must be at most ${maximum}, and is ${value}`
  return undefined
}

/** A value as the command line and the environment give it. */
const fromText = (text: string, type: ParamType): unknown => {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (type !== 'number' && type !== 'integer') return text
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : text
}

const typeOfLiteral = (value: unknown): ParamType | undefined =>
  typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
    ? (typeof value as ParamType)
    : undefined

/** Reads one declaration; undefined where it is faulty, which was told. */
const declarationOf = (name: string, node: Node, key: Place, reporter: Reporter): Declaration | undefined => {
  if (node.kind === 'scalar') {
    const type = typeOfLiteral(node.value)
    if (type) return { type, default: node.value }
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
  const declared = checked.value as Declaration
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

/** Reads `params:` and gives each its value: the default, over it the environment, over it `--set`. */
export const readParams = (node: MapNode | undefined, sources: ParamSources, reporter: Reporter): Params => {
  const types = new Map<string, ParamType | undefined>()
  const values: Record<string, unknown> = {}
  const set: Record<string, unknown> = {}
  const given: string[] = []
  for (const [name, { key, value }] of node?.entries ?? []) {
    const misnamed = identifierFault(name)
    if (misnamed) {
      reporter.report('wrong-name', misnamed.message, key, misnamed.hint)
      continue
    }
    const declared = declarationOf(name, value, key, reporter)
    types.set(name, declared?.type)
    if (!declared) continue
    const variable = `TRIMTAB_PARAM_${name.toUpperCase()}`
    const flag = Object.hasOwn(sources.set, name) ? sources.set[name] : undefined
    const text = flag ?? sources.env[variable]
    if (text === undefined) {
      if (declared.default === undefined)
        reporter.report(
          'missing-param',
          `param "${name}" needs a value`,
          key,
          `Give it with --set ${name}=VALUE.`,
        )
      else
        values[name] =
          declared.type === 'path'
            ? resolve(dirname(key.source.path), declared.default as string)
            : declared.default
      continue
    }
    const found = fromText(text, declared.type)
    const fault = unfit(found, declared)
    if (fault !== undefined) {
      reporter.report('wrong-param', `${flag === undefined ? variable : `--set ${name}`} ${fault}`)
      continue
    }
    const settled = declared.type === 'path' ? resolve(sources.cwd, text) : found
    if (declared.type === 'path') given.push(String(settled))
    values[name] = settled
    set[name] = settled
  }
  for (const name of Object.keys(sources.set)) {
    if (node?.entries.has(name)) continue
    const known = [...types.keys()]
    const hint =
      didYouMean(name, known) ?? (known.length > 0 ? `There are: ${known.join(', ')}.` : 'It has no params.')
    reporter.report('unknown-param', `--set ${name}: the recipe has no param "${name}"`, undefined, hint)
  }
  return { types, values, set, given }
}

const nameTypes: Readonly<Record<ParamType, NameType>> = {
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  string: 'string',
  path: 'string',
}

/** What `params.x` means in an expression. */
export const paramNames =
  ({ types }: Params): Names =>
  path => {
    const [root = '', name, ...more] = path
    if (root === 'matrix')
      return { unknown: 'this version has no matrix yet', depth: 0, hint: 'Write one step for each value.' }
    if (root !== 'params') {
      const meant = types.has(root) ? `Write params.${root}.` : didYouMean(root, ['params', 'matrix'])
      return {
        unknown: `there is no "${root}" here`,
        depth: 0,
        hint: meant ?? 'Expressions in values see params and matrix only; metrics stand in gates.',
      }
    }
    if (name === undefined)
      return { unknown: '"params" needs a name behind it', depth: 0, hint: 'Write params.NAME.' }
    if (!types.has(name)) {
      const known = [...types.keys()]
      return {
        unknown: `there is no param "${name}"`,
        depth: 1,
        hint:
          didYouMean(name, known) ??
          (known.length > 0 ? `There are: ${known.join(', ')}.` : 'The recipe has no params.'),
      }
    }
    if (more.length > 0) return { unknown: `param "${name}" has no parts`, depth: 2 }
    const type = types.get(name)
    return type === undefined ? 'any' : nameTypes[type]
  }
