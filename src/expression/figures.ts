import type { Artifact } from '../core/artifact.js'
import type { InstanceId } from '../core/brand.js'
import type { StepOutput } from '../core/step-file.js'
import type { Reader } from './scope.js'

type Numbers = Readonly<Record<string, number>>
export type Tree = { [name: string]: unknown }

/** What of an instance's record figures are read from. */
export interface Measured {
  readonly instance: InstanceId
  readonly step: string
  readonly status: 'reused' | 'finished' | 'failed' | 'skipped'
  /** The instance whose model its metrics are about. */
  readonly about?: InstanceId
  readonly output?: StepOutput
}

/** An instance that ended well in this run or an earlier one. */
export const isThere = (record: Pick<Measured, 'status'>): boolean =>
  record.status === 'finished' || record.status === 'reused'

const anywhere: Reader = { frame: '', agrees: () => true }

const exactOf = (figure: unknown): number | undefined =>
  typeof figure === 'object' && figure !== null && 'exact' in figure && typeof figure.exact === 'number'
    ? figure.exact
    : undefined

const modelOf = ({ output }: Pick<Measured, 'output'>): Artifact | undefined =>
  Object.values(output?.outputs ?? {}).find(artifact => artifact.type === 'model')

/** What holds for a model without any data; nothing for a step that makes none. */
export const modelFacts = (record: Pick<Measured, 'output'>): Numbers => {
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

/** Splits that a bare `int8.accuracy` reads, the first that was measured. Gates read test alone. */
export type Role = 'test' | 'validation'
const readBy: Readonly<Record<Role, readonly string[]>> = {
  test: ['test'],
  validation: ['validation', 'test'],
}

const figuresIn = ({ output }: Measured, role: Role): Figure[] => {
  const metrics = output?.metrics ?? {}
  const bare = readBy[role].find(split => Object.hasOwn(metrics, split))
  return Object.entries(metrics).flatMap(([split, figures]) =>
    Object.entries(figures).flatMap(([name, value]) => [
      ...(split === 'model' ? [] : [{ path: [split, name], value }]),
      ...(split === 'model' || split === bare ? [{ path: [name], value }] : []),
    ]),
  )
}

const put = (tree: Tree, [first, ...rest]: readonly string[], value: unknown): void => {
  if (first === undefined) return
  if (rest.length === 0) tree[first] = value
  else put((tree[first] ??= {}) as Tree, rest, value)
}

/** What was measured, by instance. */
export interface Figures {
  /** All that is known of an instance's model: `accuracy`, `validation.accuracy`, `bytes`. */
  of(id: InstanceId, reader?: Reader): Readonly<Tree>
  /** What a measuring instance itself measured. */
  by(id: InstanceId): Readonly<Tree>
}

/** The winner of a choice; undefined for a record of anything else. */
export const chosenOf = ({ output }: Pick<Measured, 'output'>): InstanceId | undefined => {
  const chosen = output?.record?.['chosen']
  return typeof chosen === 'string' ? (chosen as InstanceId) : undefined
}

/** True for a step of a recipe or pipeline itself, not of one inside of it. */
const isInside = (step: string, frame: string): boolean =>
  step.startsWith(frame) && !step.slice(frame.length).includes('/')

/**
 * Of several steps that measure a model, those that count: the ones of the recipe or pipeline where the name is read,
 * else those beside the model, else all.
 */
export const nearestMeasures = <T>(
  all: readonly T[],
  stepOf: (each: T) => string,
  frame: string,
  model: string,
): readonly T[] => {
  const home = /^(?:.*\/)?(?=[^/]*$)/.exec(model.replace(/\[.*$/s, ''))?.[0] ?? ''
  for (const around of [frame, home]) {
    const near = all.filter(each => isInside(stepOf(each), around))
    if (near.length > 0) return near
  }
  return all
}

/** Figures that are still being measured. */
export interface GrowingFigures extends Figures {
  add(record: Measured): void
}

/**
 * The figures of a run. One that two steps measured of one model stands under their long forms alone; what a step
 * says of itself yields to what another measured of it; a model's own description is the truth about its size; what
 * was chosen has its winner's figures. `role`: what a name without a split reads.
 */
export const growingFigures = (role: Role): GrowingFigures => {
  const there = new Map<InstanceId, Measured>()
  const about = new Map<InstanceId, Measured[]>()
  let known = new WeakMap<Reader, Map<InstanceId, Tree>>()

  const build = (id: InstanceId, reader: Reader): Tree => {
    const tree: Tree = {}
    const record = there.get(id)
    const chosen = record && chosenOf(record)
    if (chosen !== undefined) Object.assign(tree, structuredClone(of(chosen, reader)), { chosen })
    if (record && record.about === undefined)
      for (const { path, value } of figuresIn(record, role)) put(tree, path, value)
    const measured = new Map<string, (Figure & { readonly step: string })[]>()
    for (const each of about.get(id) ?? [])
      for (const figure of reader.agrees(each.instance) ? figuresIn(each, role) : []) {
        const name = figure.path.join('.')
        measured.set(name, [...(measured.get(name) ?? []), { ...figure, step: each.step }])
      }
    for (const all of measured.values()) {
      const near = nearestMeasures(all, ({ step }) => step, reader.frame, id)
      // One step may measure a model in several combinations of axes that do not concern it.
      const same = near.every(({ step, value }) => step === near[0]!.step && value === near[0]!.value)
      if (same) put(tree, near[0]!.path, near[0]!.value)
    }
    for (const [name, value] of Object.entries(record ? modelFacts(record) : {})) tree[name] = value
    return tree
  }
  const of = (id: InstanceId, reader = anywhere): Tree => {
    const own = known.get(reader) ?? new Map<InstanceId, Tree>()
    known.set(reader, own)
    const found = own.get(id) ?? build(id, reader)
    own.set(id, found)
    return found
  }
  return {
    of,
    by: id => {
      const tree: Tree = {}
      const record = there.get(id)
      for (const { path, value } of record ? figuresIn(record, role) : []) put(tree, path, value)
      return tree
    },
    add: record => {
      if (!isThere(record)) return
      there.set(record.instance, record)
      if (record.about !== undefined) {
        // One that was made again counts once.
        const others = (about.get(record.about) ?? []).filter(each => each.instance !== record.instance)
        about.set(record.about, [...others, record])
      }
      known = new WeakMap()
    },
  }
}

/** The figures of a run that is over. */
export const figuresOf = (records: readonly Measured[], role: Role): Figures => {
  const figures = growingFigures(role)
  for (const record of records) figures.add(record)
  return figures
}
