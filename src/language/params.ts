import { dirname, resolve } from 'node:path'
import { didYouMean } from '../core/nearest.js'
import type { NameType, Names } from '../expression/parse.js'
import { identifierFault } from './identifiers.js'
import { findNode, plainOf, type MapNode, type Node } from './node.js'
import { readDeclaration, tellSecretValue, unfit, type ParamDeclaration } from './param-declarations.js'
import type { ParamsFile } from './params-files.js'
import type { Reporter } from './reporter.js'
import type { ParamType } from './schema.js'

/** The params of a recipe with their values. */
export interface Params {
  readonly types: ReadonlyMap<string, ParamType | undefined>
  /** In the recipe's order; undefined where a declaration is faulty. */
  readonly declared: ReadonlyMap<string, ParamDeclaration | undefined>
  /** A param that has a problem has no value. */
  readonly values: Readonly<Record<string, unknown>>
  /** Those that were given outside the recipe. */
  readonly set: Readonly<Record<string, unknown>>
  /** Paths that were given outside the recipe: they may be read wherever they lie. */
  readonly given: readonly string[]
}

/** Where values come from beside the defaults, in rising precedence: files (later over earlier), environment, `--set`. */
export interface ParamSources {
  readonly files: readonly ParamsFile[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly set: Readonly<Record<string, string>>
  readonly cwd: string
}

const prefix = 'TRIMTAB_PARAM_'
/** The environment variable that sets a param. */
export const variableOf = (name: string): string => `${prefix}${name.toUpperCase()}`

/** A value from outside of the recipe. */
interface Given {
  readonly value: unknown
  /** Where it came from, as a sentence begins. */
  readonly subject: string
  /** Where paths begin. */
  readonly from: string
  /** Absent: the command line and the environment have no places. */
  readonly node?: Node
}

/** A value as the command line and the environment give it. */
const fromText = (text: string, type: ParamType): unknown => {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (type !== 'number' && type !== 'integer') return text
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : text
}

/** The value that wins among those that were given; undefined where the default stands. */
const givenOf = (name: string, type: ParamType, sources: ParamSources): Given | undefined => {
  const { set, env, files, cwd } = sources
  if (Object.hasOwn(set, name))
    return { value: fromText(set[name]!, type), subject: `--set ${name}`, from: cwd }
  const variable = env[variableOf(name)]
  if (variable !== undefined) return { value: fromText(variable, type), subject: variableOf(name), from: cwd }
  const file = files.findLast(({ values }) => values.entries.has(name))
  if (!file) return undefined
  const { key, value } = file.values.entries.get(name)!
  const isEmpty = value.kind === 'scalar' && value.value === null
  return {
    value: plainOf(value),
    subject: `param "${name}"`,
    from: dirname(file.source.path),
    node: isEmpty ? { ...value, start: key.start, end: key.end } : value,
  }
}

/** Tells of values for params that the recipe does not have. A variable may be meant for another recipe. */
const tellUnknown = (
  known: readonly string[],
  { set, files, env }: ParamSources,
  reporter: Reporter,
): void => {
  const all = known.length > 0 ? `There are: ${known.join(', ')}.` : 'It has no params.'
  const hintFor = (name: string): string => didYouMean(name, known) ?? all
  for (const name of Object.keys(set))
    if (!known.includes(name))
      reporter.report(
        'unknown-param',
        `--set ${name}: the recipe has no param "${name}"`,
        undefined,
        hintFor(name),
      )
  for (const { values } of files)
    for (const [name, { key }] of values.entries)
      if (!known.includes(name))
        reporter.report('unknown-param', `the recipe has no param "${name}"`, key, hintFor(name))
  const variables = known.map(variableOf)
  for (const name of Object.keys(env)
    .filter(each => each.startsWith(prefix))
    .sort())
    if (!variables.includes(name))
      reporter.report(
        'unknown-variable',
        `${name} is set, and the recipe has no param of that name`,
        undefined,
        didYouMean(name, variables) ??
          (variables.length > 0 ? `Variables that it reads: ${variables.join(', ')}.` : 'It has no params.'),
        'warning',
      )
}

/** A path as written at its default, which may stand in another file than the param's name. */
const pathAt = (written: string, value: Node): string => {
  const { node } = findNode(value, value.kind === 'map' ? ['default'] : [])
  return resolve(dirname(node.source.path), written)
}

/** Reads `params:` and gives each its value: the default, over it files, the environment and `--set`. */
export const readParams = (node: MapNode | undefined, sources: ParamSources, reporter: Reporter): Params => {
  const types = new Map<string, ParamType | undefined>()
  const all = new Map<string, ParamDeclaration | undefined>()
  const values: Record<string, unknown> = {}
  const set: Record<string, unknown> = {}
  const given: string[] = []
  for (const [name, entry] of node?.entries ?? []) {
    const misnamed = identifierFault(name)
    if (misnamed) {
      reporter.report('wrong-name', misnamed.message, entry.key, misnamed.hint)
      continue
    }
    const declared = readDeclaration(name, entry, reporter)
    types.set(name, declared?.type)
    all.set(name, declared)
    if (!declared) {
      // What is given for a secret must not be shown either.
      for (const { values: file } of sources.files) {
        const value = file.entries.get(name)?.value
        value?.source.hide(value.start, value.end)
      }
      continue
    }
    const { type } = declared
    const found = givenOf(name, type, sources)
    if (!found) {
      if (declared.default === undefined)
        reporter.report(
          'missing-param',
          `param "${name}" needs a value`,
          entry.key,
          `Give it with --set ${name}=VALUE.`,
        )
      else values[name] = type === 'path' ? pathAt(declared.default as string, entry.value) : declared.default
      continue
    }
    const { value, subject, from } = found
    if (tellSecretValue(subject, value, found.node, reporter)) continue
    const fault = unfit(value, declared)
    if (fault !== undefined) {
      reporter.report('wrong-param', `${subject} ${fault}`, found.node)
      continue
    }
    const settled = type === 'path' ? resolve(from, value as string) : value
    if (type === 'path') given.push(settled as string)
    values[name] = settled
    set[name] = settled
  }
  tellUnknown([...(node?.entries.keys() ?? [])], sources, reporter)
  return { types, declared: all, values, set, given }
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
      return {
        unknown: 'there is no matrix here',
        depth: 0,
        hint: 'Only steps with a matrix, and those that take from them, have one.',
      }
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
