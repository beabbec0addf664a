import type { Expression, Scope } from '../expression/expression.js'
import type { InstanceRecord } from '../store/run-record.js'
import type { Decision } from './gate.js'
import { isThere } from '../expression/figures.js'
import { type Bind, type Bound } from '../expression/scope.js'

const splits = ['test', 'validation', 'train']

/** What a dotted name comes to. */
export const valueAt = (scope: Scope, path: readonly string[]): unknown => {
  let value: unknown = scope
  for (const key of path) value = (value as Scope | undefined)?.[key]
  return value
}

const instancesOf = (bound: Bound | undefined, output: string | undefined): string[] | undefined =>
  (output === undefined ? bound : (bound?.outputs?.[output] ?? bound))?.instances.map(({ id }) => id)

/** Why a name has no value: what became of the steps behind it, or on which splits it was measured instead. */
export const whyAbsent = (
  name: string,
  scope: Scope,
  bind: Bind,
  records: readonly InstanceRecord[],
): { readonly why: string; readonly hint?: string; readonly leftOut?: boolean } => {
  const path = name.split('.')
  const meant = new Set(instancesOf(bind(path[0]!), path[1]) ?? [path[0]!])
  const behind = records.filter(
    ({ instance, about }) => meant.has(instance) || (about !== undefined && meant.has(about)),
  )
  const missing = behind.find(record => !isThere(record))
  if (missing)
    return {
      why: `"${missing.instance}" ${missing.status === 'failed' ? 'failed' : `was skipped (${missing.reason ?? 'no reason is known'})`}`,
    }
  const before = path.slice(0, -1)
  const metric = path.at(-1)!
  const found = splits.find(split => valueAt(scope, [...before, split, metric]) !== undefined)
  return found === undefined
    ? { why: 'it was not measured', leftOut: !behind.some(({ about }) => about !== undefined) }
    : {
        why: `it was measured on ${found} only`,
        hint: `Gates read the test split. Give the dataset one, or write ${[...before, found, metric].join('.')}.`,
      }
}

/** A member of a list that cannot be judged, and why: all of those that are left would be all of something else. */
const missingMember = (
  { names }: Expression,
  bind: Bind,
  records: readonly InstanceRecord[],
): { readonly found: string; readonly leftOut: boolean } | undefined => {
  const byId = new Map(records.map(record => [record.instance, record]))
  for (const { path } of names) {
    const bound = bind(path[0]!)
    const listed = bound?.measures ? bound.measures[path[1] ?? ''] : bound
    for (const { id } of listed?.list ? listed.instances : []) {
      const record = byId.get(id)
      if (record && record.status !== 'failed') continue
      const found = `"${id}" ${record ? 'failed' : 'is not part of this run'}`
      return { found, leftOut: record === undefined }
    }
  }
  return undefined
}

/** Decides a CEL check over what was measured. An absent metric makes it inconclusive, never a pass. */
export const decideCheck = (
  check: Expression,
  scope: Scope,
  bind: Bind,
  records: readonly InstanceRecord[],
): Decision => {
  const missing = missingMember(check, bind, records)
  if (missing) return { status: 'inconclusive', ...missing }
  const evaluated = check.evaluate(scope)
  if (evaluated.ok) return { status: evaluated.value === true ? 'pass' : 'fail', found: check.explain(scope) }
  if (evaluated.reason === 'error')
    return { status: 'inconclusive', found: `${check.explain(scope)}: ${evaluated.message}` }
  const names = [...new Set(evaluated.names)]
  const reasons = names.map(name => whyAbsent(name, scope, bind, records))
  const hint = reasons.find(reason => reason.hint !== undefined)?.hint
  return {
    status: 'inconclusive',
    found: names.map((name, at) => `${name} has no value: ${reasons[at]!.why}`).join('; '),
    ...(hint === undefined ? {} : { hint }),
    leftOut: reasons.some(reason => reason.leftOut),
  }
}
