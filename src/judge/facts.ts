import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import type { Scope } from '../expression/expression.js'
import type { InstanceRecord } from '../store/run-record.js'

type Numbers = Readonly<Record<string, number>>
type Tree = { [name: string]: unknown }

/** The model that an instance's metrics are about: the one of its name's brackets, else its own. */
export const aboutOf = (record: InstanceRecord): InstanceId =>
  record.instance === `${record.step}[${record.inputs['models']?.[0]}]`
    ? record.inputs['models']![0]!
    : record.instance

/** An instance that ended well in this run or an earlier one. */
export const isThere = (record: InstanceRecord): boolean =>
  record.status === 'finished' || record.status === 'reused'

const modelOf = (record: InstanceRecord): Artifact | undefined =>
  Object.values(record.output?.outputs ?? {}).find(artifact => artifact.type === 'model')

const exactOf = (figure: unknown): number | undefined =>
  typeof figure === 'object' && figure !== null && 'exact' in figure && typeof figure.exact === 'number'
    ? figure.exact
    : undefined

/** What holds for a model without any data. */
export const modelFacts = (record: InstanceRecord): Numbers => {
  const artifact = modelOf(record)
  if (!artifact) return {}
  const description = artifact.meta['description'] as Readonly<Record<string, unknown>> | undefined
  const facts: Record<string, number> = { bytes: artifact.bytes, storedBytes: artifact.storedBytes }
  for (const name of ['parameters', 'nonZero', 'macs']) {
    const value = exactOf(description?.[name])
    if (value !== undefined) facts[name] = value
  }
  const { parameters, nonZero } = facts
  if (parameters !== undefined && nonZero !== undefined && parameters > 0)
    facts['sparsity'] = 1 - nonZero / parameters
  return facts
}

/**
 * The names that gates may use, with what was measured: `int8.accuracy` (the test split), `int8.validation.accuracy`,
 * `int8.bytes`, and the long form `scores.int8.accuracy`. What was measured twice stands under its long form alone.
 */
export const scopeOf = (records: readonly InstanceRecord[]): Scope => {
  const scope: Tree = {}
  const at = (name: string): Tree => (scope[name] ??= {}) as Tree
  const there = records.filter(isThere)
  for (const record of there) Object.assign(at(record.instance), modelFacts(record))
  const measuring = there.filter(record => record.output?.metrics)
  for (const record of measuring) {
    const about = aboutOf(record)
    const metrics = record.output?.metrics ?? {}
    const measured = { ...metrics, ...metrics['model'], ...metrics['test'] }
    if (about !== record.instance) at(record.step)[about] = { ...modelsFactsAt(there, about), ...measured }
    const twice = measuring.some(
      other => other !== record && aboutOf(other) === about && other.instance !== about,
    )
    if (!twice || about === record.instance) Object.assign(at(about), measured)
  }
  return scope
}

const modelsFactsAt = (records: readonly InstanceRecord[], instance: InstanceId): Numbers => {
  const record = records.find(each => each.instance === instance)
  return record ? modelFacts(record) : {}
}
