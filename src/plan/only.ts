import type { InstanceId } from '../core/brand.js'
import { didYouMean } from '../core/nearest.js'
import { problem } from '../core/problem.js'
import type { Recipe } from '../language/recipe.js'
import type { Draft } from './expand.js'
import type { Problems } from './placed.js'

/** The instances that were asked for, by their own name or by that of their step, and all that they need. */
export const limitTo = (
  only: readonly string[],
  drafts: readonly Draft[],
  recipe: Recipe,
  problems: Problems,
): readonly Draft[] => {
  const byId = new Map(drafts.map(draft => [draft.id, draft]))
  const known = new Set([...recipe.steps.map(({ id }) => id), ...byId.keys()])
  const wanted: InstanceId[] = []
  for (const name of only) {
    if (!known.has(name)) {
      const hint = didYouMean(name, known) ?? `There are: ${[...known].join(', ')}.`
      problems.add(problem('unknown-step', `--only names "${name}", and there is no such step`, { hint }))
    }
    wanted.push(...drafts.filter(({ id, step }) => id === name || step.id === name).map(({ id }) => id))
  }
  const kept = new Set<InstanceId>()
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    const draft = byId.get(id)
    if (kept.has(id) || !draft) continue
    kept.add(id)
    wanted.push(...Object.values(draft.inputs).flatMap(edges => edges.map(({ instance }) => instance)))
    wanted.push(...draft.needs)
  }
  return drafts.filter(({ id }) => kept.has(id))
}
