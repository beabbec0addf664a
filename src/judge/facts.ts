import type { Artifact } from '../core/artifact.js'
import type { Scope } from '../expression/expression.js'
import type { InstanceRecord } from '../store/run-record.js'

type Numbers = Readonly<Record<string, number>>
type Tree = { [name: string]: unknown }

/** An instance that ended well in this run or an earlier one. */
export const isThere = (record: InstanceRecord): boolean =>
  record.status === 'finished' || record.status === 'reused'

/**
 * Does a record measure what a gate calls by this name? `int8` is the model of that step, whoever measures it;
 * `scores.int8` is the same as the step `scores` measures it.
 */
export const isMeant = ({ step, about }: InstanceRecord, name: string): boolean => {
  const [first, member] = name.split('.')
  return member === undefined ? about === first : step === first && about === member
}

const exactOf = (figure: unknown): number | undefined =>
  typeof figure === 'object' && figure !== null && 'exact' in figure && typeof figure.exact === 'number'
    ? figure.exact
    : undefined

const modelOf = (record: InstanceRecord): Artifact | undefined =>
  Object.values(record.output?.outputs ?? {}).find(artifact => artifact.type === 'model')

/** What holds for a model without any data; nothing for a step that makes none. */
const modelFacts = (record: InstanceRecord): Numbers => {
  const artifact = modelOf(record)
  if (!artifact) return {}
  const description = artifact.meta['description'] as Readonly<Record<string, unknown>> | undefined
  const facts: Record<string, number> = { bytes: artifact.bytes }
  for (const name of ['parameters', 'nonZero', 'macs']) {
    const value = exactOf(description?.[name])
    if (value !== undefined) facts[name] = value
  }
  const { parameters, nonZero } = facts
  if (parameters !== undefined && nonZero !== undefined && parameters > 0)
    facts['sparsity'] = 1 - nonZero / parameters
  return facts
}

/** One measured figure and its name behind a step's: `['validation', 'accuracy']`. */
interface Figure {
  readonly path: readonly string[]
  readonly value: number
}

/** Figures by their names inside gates: without a split, that of the test split. */
const figuresOf = ({ output }: InstanceRecord): Figure[] =>
  Object.entries(output?.metrics ?? {}).flatMap(([split, figures]) =>
    Object.entries(figures).flatMap(([name, value]) => [
      ...(split === 'model' ? [] : [{ path: [split, name], value }]),
      ...(split === 'model' || split === 'test' ? [{ path: [name], value }] : []),
    ]),
  )

const put = (tree: Tree, [first, ...rest]: readonly string[], value: number): void => {
  if (first === undefined) return
  if (rest.length === 0) tree[first] = value
  else put((tree[first] ??= {}) as Tree, rest, value)
}

/**
 * The names that gates may use, with what was measured: `int8.accuracy` (the test split), `int8.validation.accuracy`,
 * `int8.bytes`, and the long form `scores.int8.accuracy`. A figure that two steps measured of one model stands under
 * its long form alone.
 */
export const scopeOf = (records: readonly InstanceRecord[]): Scope => {
  const scope: Tree = {}
  const there = records.filter(isThere)
  const times = new Map<string, number>()
  const nameOf = (record: InstanceRecord, { path }: Figure): string => [record.about, ...path].join('.')
  for (const record of there)
    if (record.about !== undefined)
      for (const figure of figuresOf(record)) {
        const name = nameOf(record, figure)
        times.set(name, (times.get(name) ?? 0) + 1)
      }
  // What a step says of itself yields to what another measured of it.
  const own = there.filter(({ about }) => about === undefined)
  for (const record of own)
    for (const { path, value } of figuresOf(record)) put(scope, [record.instance, ...path], value)
  for (const record of there) {
    const { about } = record
    if (about === undefined) continue
    for (const figure of figuresOf(record)) {
      put(scope, [record.step, about, ...figure.path], figure.value)
      if (times.get(nameOf(record, figure)) === 1) put(scope, [about, ...figure.path], figure.value)
    }
  }
  // A model's own description is the truth about its size.
  for (const record of own)
    for (const [name, value] of Object.entries(modelFacts(record))) put(scope, [record.instance, name], value)
  return scope
}
