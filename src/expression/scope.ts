import type { InstanceId } from '../core/brand.js'
import type { Expression, Scope } from './expression.js'
import type { Figures, Measured, Tree } from './figures.js'

/** Where a name is read. */
export interface Reader {
  /** Recipe or pipeline: empty at the top. */
  readonly frame: string
  /** False for an instance that has other values in axes that are carried here. */
  agrees(id: InstanceId): boolean
}

/** What a name of an expression stands for where it is read: one instance, or all of several. */
export interface Bound {
  /** True: the name is a list, also where it holds one instance. */
  readonly list: boolean
  readonly instances: readonly {
    readonly id: InstanceId
    readonly matrix: Readonly<Record<string, unknown>>
  }[]
  /** Where the name is read: decides between several that measure one model. Absent: at the top, without axes. */
  readonly reader?: Reader
  /** Of a step that measures others: its instances by the step that they measure, for `scores.int8.accuracy`. */
  readonly measures?: Readonly<Record<string, Bound>>
  /** Of a pipeline: what its outputs stand for, for `small.student.accuracy`. */
  readonly outputs?: Readonly<Record<string, Bound>>
}

/** What names mean; undefined: there is no such step. */
export type Bind = (name: string) => Bound | undefined

/** The value of a name: figures of its instance, or a list of those of all that are there. */
const valueOf = (bound: Bound, figures: (id: InstanceId) => Readonly<Tree>): unknown => {
  const each = bound.instances.map(({ id, matrix }) => ({ ...figures(id), matrix }))
  if (!bound.list) return each[0] ?? {}
  // What was skipped has no figures, and is no member. A list of nothing has no value: all of nothing would be true.
  const there = each.filter(tree => Object.keys(tree).length > 1)
  return there.length > 0 ? there : undefined
}

/** The names that an expression reads, with what was measured. `given`: names that are no steps (`params`, `matrix`). */
export const scopeOf = (
  { names }: Pick<Expression, 'names'>,
  bind: Bind,
  figures: Figures,
  given: Scope = {},
): Scope => {
  const scope: Tree = {}
  for (const { path } of names) {
    const [first] = path
    if (first === undefined || Object.hasOwn(scope, first)) continue
    if (Object.hasOwn(given, first)) {
      scope[first] = given[first]
      continue
    }
    const bound = bind(first)
    if (!bound) continue
    scope[first] = bound.measures
      ? Object.fromEntries(
          Object.entries(bound.measures).map(([member, each]) => [
            member,
            valueOf(each, id => figures.by(id)),
          ]),
        )
      : bound.outputs && !bound.list
        ? {
            ...Object.fromEntries(
              Object.entries(bound.outputs).map(([name, each]) => [
                name,
                valueOf(each, id => figures.of(id, bound.reader)),
              ]),
            ),
            ...(valueOf(bound, id => figures.of(id, bound.reader)) as Tree),
          }
        : valueOf(bound, id => figures.of(id, bound.reader))
  }
  return scope
}

/** What names mean where nothing but records is known: each instance is called by its own name. */
export const bindRecords =
  (records: readonly Measured[]): Bind =>
  name => {
    const one = (id: InstanceId): Bound => ({ list: false, instances: [{ id, matrix: {} }] })
    const measuring = records.filter(({ step, about }) => step === name && about !== undefined)
    const known = records.some(({ instance, about }) => instance === name || about === name)
    if (measuring.length === 0) return known ? one(name) : undefined
    return {
      ...one(name),
      measures: Object.fromEntries(measuring.map(({ instance, about }) => [about, one(instance)])),
    }
  }
