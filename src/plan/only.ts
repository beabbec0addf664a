import type { InstanceId } from '../core/brand.js'
import { didYouMean } from '../core/nearest.js'
import { problem } from '../core/problem.js'
import type { Recipe } from '../language/recipe.js'
import { parseInstanceName } from '../core/instance-name.js'
import { listed } from '../core/listed.js'
import type { Conditioned } from './conditions.js'
import type { Draft } from './expand.js'
import type { Problems } from './placed.js'

/** Is the instance meant by this name: its own, that of its step or of a pipeline around it, or one that leaves some of its axes open? */
const isMeant = ({ id, step, member, variant }: Draft, name: string): boolean => {
  if (id === name || step.id === name || step.id.startsWith(`${name}/`)) return true
  const parsed = parseInstanceName(name)
  return (
    parsed !== undefined &&
    (step.id === parsed.step || (parsed.member === undefined && step.id.startsWith(`${parsed.step}/`))) &&
    parsed.output === undefined &&
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
  const known = new Set([
    ...recipe.steps.filter(({ kind }) => kind !== 'input').map(({ id }) => id),
    ...recipe.pipelines.keys(),
    ...byId.keys(),
  ])
  const wanted: InstanceId[] = []
  for (const name of only) {
    const meant = drafts.filter(draft => isMeant(draft, name))
    if (meant.length === 0 && !known.has(name)) {
      const parsed = parseInstanceName(name)
      const own = drafts
        .filter(({ step }) => parsed && (step.id === parsed.step || step.id.startsWith(`${parsed.step}/`)))
        .map(({ id }) => id)
      const among = own.length > 0 ? own : [...known]
      const hint = didYouMean(name, among) ?? `There are: ${listed(among)}.`
      problems.add(
        own.length > 0
          ? problem(
              'unknown-instance',
              `--only names "${name}", and "${parsed!.step}" has no such instance`,
              { hint },
            )
          : problem('unknown-step', `--only names "${name}", and there is no such step`, { hint }),
      )
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
