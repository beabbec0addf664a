import type { InstanceId } from '../core/brand.js'
import { didYouMean } from '../core/nearest.js'
import { problem } from '../core/problem.js'
import type { Recipe } from '../language/recipe.js'
import { parseInstanceName } from '../core/instance-name.js'
import type { Conditioned } from './conditions.js'
import type { Draft } from './expand.js'
import type { Problems } from './placed.js'

/** Is the instance meant by this name: its own, that of its step, or one that leaves some of its axes open? */
const isMeant = ({ id, step, member, variant }: Draft, name: string): boolean => {
  if (id === name || step.id === name || step.id.startsWith(`${name}/`)) return true
  const parsed = parseInstanceName(name)
  return (
    parsed?.step === step.id &&
    (parsed.member === undefined || parsed.member === member) &&
    Object.entries(parsed.pins).every(([axis, label]) => variant.labels[axis] === label)
  )
}

/** The instances that were asked for, by their own name, by that of their step or by some of their axes, and all that they need. */
export const limitTo = (
  only: readonly string[],
  drafts: readonly Conditioned[],
  recipe: Recipe,
  problems: Problems,
): readonly Conditioned[] => {
  const byId = new Map(drafts.map(draft => [draft.id, draft]))
  const known = new Set([...recipe.steps.map(({ id }) => id), ...byId.keys()])
  const wanted: InstanceId[] = []
  for (const name of only) {
    const meant = drafts.filter(draft => isMeant(draft, name))
    if (meant.length === 0 && !known.has(name)) {
      const some = [...known].slice(0, 20)
      const hint = didYouMean(name, known) ?? `There are: ${some.join(', ')}${known.size > 20 ? ', …' : ''}.`
      problems.add(problem('unknown-step', `--only names "${name}", and there is no such step`, { hint }))
    }
    wanted.push(...meant.map(({ id }) => id))
  }
  const kept = new Set<InstanceId>()
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    const draft = byId.get(id)
    if (kept.has(id) || !draft) continue
    kept.add(id)
    wanted.push(...Object.values(draft.inputs).flatMap(edges => edges.map(({ instance }) => instance)))
    wanted.push(...draft.needs, ...draft.after)
  }
  return drafts.filter(({ id }) => kept.has(id))
}
