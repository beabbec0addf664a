import type { Recipe, Step } from '../language/recipe.js'
import { splitNames } from '../sources/description.js'
import type { Draft } from './expand.js'

/** Figures that every model has without being run. */
export const modelFacts = ['parameters', 'bytes', 'macs', 'sparsity', 'nonZero'] as const

/** What a gate may say about one step. */
export interface Measured {
  readonly step: Step
  /** Known from the step itself: `int8.bytes`. */
  readonly own: ReadonlySet<string>
  /** Measured about its model: metric → the steps that measure it. */
  readonly by: ReadonlyMap<string, readonly string[]>
  /** Steps of which several instances measure one model. */
  readonly repeated: ReadonlySet<string>
  /** For a step that measures models: what it measures of each, for the long form `scores.int8.accuracy`. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
}

export interface Catalogue {
  readonly steps: ReadonlyMap<string, Measured>
  /** A faulty step might measure more: what is not found is then no fault. */
  readonly open: boolean
  /** Every metric that some step measures. */
  readonly metrics: ReadonlySet<string>
}

const mayMeasure = ({ poisoned, spec }: Step): boolean =>
  poisoned && (spec === undefined || (spec.expands !== undefined && spec.measures !== undefined))

const ownFacts = ({ spec, poisoned, config }: Step): readonly string[] => {
  if (!spec) return []
  const facts = Object.values(spec.produces).includes('model') ? modelFacts : []
  return spec.expands === undefined && !poisoned ? [...facts, ...(spec.measures?.(config) ?? [])] : facts
}

/** What is measured of what, by the recipe alone. */
export const catalogue = (recipe: Recipe, drafts: readonly Draft[]): Catalogue => {
  const stepOf = new Map(drafts.map(({ id, step }) => [id, step.id]))
  const by = new Map<string, Map<string, string[]>>()
  const members = new Map<string, Map<string, Set<string>>>()
  const metrics = new Set<string>()
  const pairs = new Map<string, string>()
  const repeated = new Map<string, Set<string>>()
  const metricsOf = new Map<Step, readonly string[]>()
  for (const { step, spec, about, inputs, variant } of drafts) {
    if (about === undefined || !spec.measures) continue
    const names = metricsOf.get(step) ?? spec.measures(step.config)
    metricsOf.set(step, names)
    const member = stepOf.get(about) ?? about
    const pair = `${step.id} ${about}`
    // Combinations that measure the same in the same way agree.
    const way = JSON.stringify([inputs, variant.config])
    if ((pairs.get(pair) ?? way) !== way)
      repeated.set(member, (repeated.get(member) ?? new Set()).add(step.id))
    pairs.set(pair, way)
    const measures = members.get(step.id) ?? new Map<string, Set<string>>()
    members.set(step.id, measures.set(member, new Set(names)))
    const found = by.get(member) ?? new Map<string, string[]>()
    by.set(member, found)
    for (const name of names) {
      metrics.add(name)
      found.set(name, [...new Set([...(found.get(name) ?? []), step.id])])
    }
  }
  const byId = new Map(recipe.steps.map(step => [step.id, step]))
  const choices = new Map<string, Set<string>>()
  /** Of a choice: all that is measured of what it chooses among. */
  const chosen = (step: Step): ReadonlySet<string> => {
    const port = step.spec?.chooses
    if (port === undefined || step.poisoned) return new Set()
    const known = choices.get(step.id)
    if (known) return known
    const all = new Set(['chosen'])
    choices.set(step.id, all)
    for (const { step: id } of Object.values(step.ports).flat()) {
      const candidate = byId.get(id)
      for (const name of candidate ? chosen(candidate) : []) all.add(name)
      for (const name of by.get(id)?.keys() ?? []) all.add(name)
    }
    return all
  }
  const steps = recipe.steps.map((step): [string, Measured] => [
    step.id,
    {
      step,
      own: new Set([...ownFacts(step), ...chosen(step)]),
      by: by.get(step.id) ?? new Map<string, readonly string[]>(),
      repeated: repeated.get(step.id) ?? new Set<string>(),
      members: members.get(step.id) ?? new Map<string, ReadonlySet<string>>(),
    },
  ])
  return { steps: new Map(steps), open: recipe.steps.some(mayMeasure), metrics }
}

export const isSplit = (word: string): boolean => (splitNames as readonly string[]).includes(word)
