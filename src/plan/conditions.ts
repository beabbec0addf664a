import type { InstanceId } from '../core/brand.js'
import { topological } from '../core/order.js'
import { problem } from '../core/problem.js'
import type { Expression, Scope } from '../expression/expression.js'
import type { Bind } from '../expression/figures.js'
import type { Recipe } from '../language/recipe.js'
import type { Binder } from './bindings.js'
import type { Draft } from './expand.js'
import type { Problems } from './placed.js'
import { findProviders } from './providers.js'

/** An expression over metrics where one instance reads it. */
export interface Condition {
  readonly expression: Expression
  readonly bind: Bind
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

/** An instance with what must be measured before it can be decided on. */
export interface Conditioned extends Draft {
  readonly when?: Condition
  readonly choice?: Choice
  /** Instances whose metrics its expressions read: they come before it, and their outputs do not enter its key. */
  readonly after: readonly InstanceId[]
}

const conditionOf = (expression: Expression, draft: Draft, recipe: Recipe, binder: Binder): Condition => {
  const { step, variant } = draft
  return {
    expression,
    bind: binder(step.axes, variant.labels),
    given: { params: { ...recipe.params, ...variant.swept }, matrix: variant.matrix },
  }
}

/** `it` is one of the candidates: its name stands for each of them in turn. */
export const about = (condition: Condition, candidate: InstanceId, matrix: Scope): Condition => ({
  ...condition,
  bind: name =>
    name === 'it' ? { list: false, instances: [{ id: candidate, matrix }] } : condition.bind(name),
})

const choiceOf = (draft: Draft, recipe: Recipe, binder: Binder): Choice | undefined => {
  const { spec, step } = draft
  if (spec.chooses === undefined) return undefined
  const read = (key: 'where' | 'minimize' | 'maximize') => {
    const expression = step.expressions[key]
    return expression ? { [key]: conditionOf(expression, draft, recipe, binder) } : {}
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

/** Conditions of a draft's own, with what each is about. */
const readIn = (draft: Draft, when: Condition | undefined, choice: Choice | undefined): Condition[] => {
  const candidates = choice ? (draft.inputs[choice.port] ?? []) : []
  const chosenBy = [choice?.where, choice?.minimize, choice?.maximize].filter(each => each !== undefined)
  return [
    ...(when ? [when] : []),
    ...chosenBy.flatMap(condition => candidates.map(({ instance }) => about(condition, instance, {}))),
  ]
}

const before = (draft: Conditioned): readonly InstanceId[] => [
  ...Object.values(draft.inputs).flatMap(edges => edges.map(({ instance }) => instance)),
  ...draft.needs,
  ...draft.after,
]

/** Instances that wait for themselves through what their conditions read. */
const tellCircles = (drafts: readonly Conditioned[], problems: Problems): boolean => {
  const waiting = new Map(drafts.map(draft => [draft.id, draft]))
  for (let shrunk = true; shrunk;) {
    shrunk = false
    for (const [id, draft] of waiting)
      if (!before(draft).some(each => waiting.has(each))) shrunk = waiting.delete(id) || shrunk
  }
  const stuck = [...waiting.values()].filter(draft => draft.after.some(id => waiting.has(id)))
  for (const { id, step, after } of stuck) {
    const reads = after.filter(each => waiting.has(each))
    const key = step.when ? 'when' : (Object.keys(step.expressions)[0] ?? 'kind')
    problems.add(
      problem(
        'graph-cycle',
        `"${id}" can never start: its ${key} reads what ${reads.slice(0, 3).join(', ')} measures, which waits for it`,
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
  recipe: Recipe,
  binder: Binder,
  problems: Problems,
): readonly Conditioned[] => {
  const isConditional = drafts.some(({ step, spec }) => step.when || spec.chooses !== undefined)
  if (!isConditional) return drafts.map(draft => ({ ...draft, after: [] }))
  const providers = findProviders(drafts)
  const conditioned = drafts.map((draft): Conditioned => {
    const when = draft.step.when && conditionOf(draft.step.when, draft, recipe, binder)
    const choice = choiceOf(draft, recipe, binder)
    const after = readIn(draft, when, choice).flatMap(({ expression, bind }) =>
      expression.names.flatMap(({ path }) => providers(path, bind)),
    )
    return {
      ...draft,
      ...(when ? { when } : {}),
      ...(choice ? { choice } : {}),
      after: [...new Set(after)].filter(id => id !== draft.id),
    }
  })
  if (tellCircles(conditioned, problems)) return conditioned.map(draft => ({ ...draft, after: [] }))
  return topological(conditioned.map(draft => ({ id: draft.id, after: before(draft), draft }))).map(
    ({ draft }) => draft,
  )
}
