import { Environment } from '@marcbachmann/cel-js'

/** Marks a quotient (or remainder) that is no finite number: its expression has no value. */
export class NotFinite extends Error {}

const finite = (value: number): number => {
  if (!Number.isFinite(value)) throw new NotFinite()
  return value
}

const numbers = (list: unknown): number[] => {
  const found = (Array.isArray(list) ? list : []).filter(each => typeof each === 'number')
  if (!Array.isArray(list) || found.length !== list.length) throw new TypeError('the list must hold numbers')
  if (found.length === 0) throw new NotFinite()
  return found
}

/** Half away from zero, as CEL's `math.round` and a ruler do. */
const round = (value: number): number => Math.sign(value) * Math.round(Math.abs(value))

const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return Array.from(value).length
  if (Array.isArray(value)) return value.length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0
}

/** Functions that stand alone, `f(x)`. `has` is CEL's own macro. */
export const functionNames = [
  'min',
  'max',
  'abs',
  'round',
  'floor',
  'ceil',
  'mean',
  'size',
  'string',
  'has',
] as const

/** Functions behind a dot, `x.f()`. No `matches`: regular expressions backtrack. */
export const methodNames = [
  'all',
  'exists',
  'exists_one',
  'filter',
  'map',
  'size',
  'contains',
  'startsWith',
  'endsWith',
  'lowerAscii',
  'upperAscii',
  'trim',
  'split',
  'join',
] as const

/** Methods whose first argument is a variable of their own. */
export const bindingMethods: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])

/**
 * What CEL's own integer-valued operators and functions are replaced by, so that there is one number type. A
 * user's expression cannot call them by these names: only names of the two tables above pass.
 */
export const replaced = { divide: '_divide', remainder: '_remainder', size: '_size' } as const

const spread = (count: number): string => Array.from({ length: count }, () => 'double').join(', ')

const limits = { maxAstNodes: 1000, maxDepth: 48, maxListElements: 200, maxMapEntries: 100 }

let base: Environment | undefined

/** A fresh environment with our functions; the caller declares its names in it. */
export const newEnvironment = (): Environment => {
  if (!base) {
    base = new Environment({ homogeneousAggregateLiterals: false, limits })
    for (const [name, pick] of [
      ['min', Math.min],
      ['max', Math.max],
    ] as const) {
      base.registerFunction(`${name}(list): double`, (list: unknown) => pick(...numbers(list)))
      for (const count of [2, 3, 4, 5, 6])
        base.registerFunction(`${name}(${spread(count)}): double`, (...values: number[]) => pick(...values))
    }
    base
      .registerFunction('abs(double): double', Math.abs)
      .registerFunction('round(double): double', round)
      .registerFunction('floor(double): double', Math.floor)
      .registerFunction('ceil(double): double', Math.ceil)
      .registerFunction('mean(list): double', (list: unknown) => {
        const values = numbers(list)
        return values.reduce((sum, value) => sum + value, 0) / values.length
      })
      .registerFunction(`${replaced.divide}(double, double): double`, (a: number, b: number) => finite(a / b))
      .registerFunction(`${replaced.remainder}(double, double): double`, (a: number, b: number) =>
        finite(a % b),
      )
      .registerFunction(`${replaced.size}(dyn): double`, sizeOf)
  }
  return base.clone()
}
