import type { InstanceId } from '../core/brand.js'
import { topological } from '../core/order.js'
import { problem, type Span } from '../core/problem.js'
import type { Expression, Scope } from '../expression/expression.js'
import type { Bind, Reader } from '../expression/scope.js'
import type { NameScope } from '../language/recipe.js'
import type { Binder } from './bindings.js'
import type { Draft } from './expand.js'
import type { Problems } from './placed.js'
import { findProviders } from './providers.js'

/** An expression over metrics where one instance reads it. */
export interface Condition {
  readonly expression: Expression
  readonly bind: Bind
  readonly reader: Reader
  /** Names that are no steps: `params`, `matrix`. */
  readonly given: Scope
}

/** How one of several candidates is chosen. */
export interface Choice {
  /** Port of the candidates. */
  readonly port: string
  readonly where?: Condition
  readonly minimize?: Condition
  readonly maximize?: Condition
  /** Port of what is taken where no candidate will do. Absent: the step fails. */
  readonly otherwise?: string
}

/** A condition of a pipeline around an instance. */
export interface OuterWhen extends Condition {
  readonly names: NameScope
  locate(within: { readonly start: number; readonly end: number }): Span
}

/** An instance with what must be measured before it can be decided on. */
export interface Conditioned extends Draft {
  readonly when?: Condition
  /** Conditions of the pipelines around it: each must hold. */
  readonly outer: readonly OuterWhen[]
  readonly choice?: Choice
  /** Instances whose metrics its expressions read: they come before it, and their outputs do not enter its key. */
  readonly after: readonly InstanceId[]
}

const conditionOf = (expression: Expression, { step, variant }: Draft, binder: Binder): Condition => ({
  expression,
  ...binder(step.axes, variant.labels, step.names),
  given: { params: variant.params, matrix: variant.matrix },
})

const outerOf = ({ step, variant }: Draft, binder: Binder): OuterWhen[] =>
  step.outer.map((outer, at) => ({
    expression: outer.when,
    ...binder(step.axes, variant.labels, outer.names),
    given: { params: variant.outerParams?.[at] ?? {}, matrix: variant.matrix },
    names: outer.names,
    locate: within => outer.locate(within),
  }))

/** `it` is one of the candidates: its name stands for each of them in turn. */
export const about = (condition: Condition, candidate: InstanceId, matrix: Scope): Condition => ({
  ...condition,
  bind: name =>
    name === 'it'
      ? { list: false, instances: [{ id: candidate, matrix }], reader: condition.reader }
      : condition.bind(name),
})

const choiceOf = (draft: Draft, binder: Binder): Choice | undefined => {
  const { spec, step } = draft
  if (spec.chooses === undefined) return undefined
  const read = (key: 'where' | 'minimize' | 'maximize') => {
    const expression = step.expressions[key]
    return expression ? { [key]: conditionOf(expression, draft, binder) } : {}
  }
  const otherwise = Object.keys(spec.consumes).find(port => port !== spec.chooses && draft.inputs[port])
  return {
    port: spec.chooses,
    ...read('where'),
    ...read('minimize'),
    ...read('maximize'),
    ...(otherwise === undefined ? {} : { otherwise }),
  }
}

/** The expressions of an instance, by the keys that they stand under. */
export const conditionsOf = ({ when, choice }: Pick<Conditioned, 'when' | 'choice'>): [string, Condition][] =>
  Object.entries({
    when,
    where: choice?.where,
    minimize: choice?.minimize,
    maximize: choice?.maximize,
  }).filter((each): each is [string, Condition] => each[1] !== undefined)

/** Conditions of a draft's own, with what each is about. */
const readIn = (draft: Draft, whens: readonly Condition[], choice: Choice | undefined): Condition[] => {
  const candidates = choice ? (draft.inputs[choice.port] ?? []) : []
  const chosenBy = [choice?.where, choice?.minimize, choice?.maximize].filter(each => each !== undefined)
  return [
    ...whens,
    ...chosenBy.flatMap(condition => candidates.map(({ instance }) => about(condition, instance, {}))),
  ]
}

const before = (draft: Conditioned): readonly InstanceId[] => [
  ...Object.values(draft.inputs).flatMap(edges => edges.map(({ instance }) => instance)),
  ...draft.needs,
  ...draft.after,
]

/** Instances that cannot be ordered: they wait for themselves, or for such ones. */
const stuckAmong = (drafts: readonly Conditioned[]): ReadonlyMap<InstanceId, Conditioned> => {
  const waiting = new Map(drafts.map(draft => [draft.id, draft]))
  const followers = new Map<InstanceId, InstanceId[]>()
  const missing = new Map<InstanceId, number>()
  for (const draft of drafts) {
    const awaited = [...new Set(before(draft))].filter(id => waiting.has(id))
    missing.set(draft.id, awaited.length)
    for (const id of awaited) {
      const own = followers.get(id)
      if (own) own.push(draft.id)
      else followers.set(id, [draft.id])
    }
  }
  const free = drafts.filter(({ id }) => missing.get(id) === 0).map(({ id }) => id)
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    waiting.delete(id)
    for (const next of followers.get(id) ?? []) {
      missing.set(next, missing.get(next)! - 1)
      if (missing.get(next) === 0) free.push(next)
    }
  }
  return waiting
}

/** The way from an instance back to itself; undefined where it only waits for others that do. */
const circleOf = (
  start: Conditioned,
  waiting: ReadonlyMap<InstanceId, Conditioned>,
): readonly InstanceId[] | undefined => {
  const by = new Map<InstanceId, InstanceId>()
  const next = [start]
  for (const draft of next)
    for (const id of before(draft)) {
      if (id === start.id) {
        const trail = [id]
        for (let at: InstanceId | undefined = draft.id; at !== undefined && at !== id; at = by.get(at))
          trail.unshift(at)
        return [id, ...trail]
      }
      const found = waiting.get(id)
      if (!found || by.has(id)) continue
      by.set(id, draft.id)
      next.push(found)
    }
  return undefined
}

/** Tells of steps that wait for themselves through what their conditions read; each once. */
const tellCircles = (drafts: readonly Conditioned[], problems: Problems): boolean => {
  const waiting = stuckAmong(drafts)
  const told = new Set<string>()
  for (const draft of waiting.values()) {
    const { id, step, after } = draft
    if (told.has(step.id) || !after.some(each => waiting.has(each))) continue
    const circle = circleOf(draft, waiting)
    if (!circle) continue
    told.add(step.id)
    const [key] = conditionsOf(draft).find(([, { expression, bind }]) =>
      expression.names.some(({ path }) => bind(path[0] ?? '')?.instances.length),
    ) ?? ['kind']
    const trail = circle.length > 8 ? [...circle.slice(0, 4), '…', ...circle.slice(-3)] : circle
    problems.add(
      problem(
        'graph-cycle',
        circle.length <= 2
          ? `step "${id}" can never start: its ${key} reads what it makes itself`
          : `step "${id}" can never start: its ${key} reads what waits for it, along ${trail.join(' → ')}`,
        { at: step.locate([key]), hint: 'Read the metrics of steps that come before it.' },
      ),
    )
  }
  return waiting.size > 0
}

/**
 * Adds to each instance the conditions that it reads and what measures their names. Gives the instances in an order
 * in which each also comes after these.
 */
export const addConditions = (
  drafts: readonly Draft[],
  binder: Binder,
  problems: Problems,
): readonly Conditioned[] => {
  const isConditional = drafts.some(
    ({ step, spec }) => step.when ?? (step.outer.length > 0 || spec.chooses !== undefined),
  )
  if (!isConditional) return drafts.map(draft => ({ ...draft, outer: [], after: [] }))
  const providers = findProviders(drafts)
  const conditioned = drafts.map((draft): Conditioned => {
    const when = draft.step.when && conditionOf(draft.step.when, draft, binder)
    const outer = outerOf(draft, binder)
    const choice = choiceOf(draft, binder)
    const after = readIn(draft, [...outer, ...(when ? [when] : [])], choice).flatMap(({ expression, bind }) =>
      expression.names.flatMap(({ path }) => providers(path, bind)),
    )
    return {
      ...draft,
      ...(when ? { when } : {}),
      outer,
      ...(choice ? { choice } : {}),
      after: [...new Set(after)],
    }
  })
  if (tellCircles(conditioned, problems)) return conditioned.map(draft => ({ ...draft, after: [] }))
  return topological(conditioned.map(draft => ({ id: draft.id, after: before(draft), draft }))).map(
    ({ draft }) => draft,
  )
}
