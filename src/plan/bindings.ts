import { parseInstanceName } from '../core/instance-name.js'
import type { Bind, Bound } from '../expression/figures.js'
import type { Step } from '../language/recipe.js'
import type { Draft } from './expand.js'
import { twinFinder } from './twins.js'

type Labels = Readonly<Record<string, string>>

/** What the names of steps mean where these axes are carried: the twin, or all that differ in other axes. */
export type Binder = (axes: Step['axes'], labels: Labels) => Bind

/** True where a step has axes that neither the reader carries nor the name pins. */
const isOpen = (step: Step, axes: Step['axes'], pins: Labels): boolean =>
  Object.entries(step.axes).some(
    ([axis, origin]) => !Object.hasOwn(pins, axis) && !(Object.hasOwn(axes, axis) && axes[axis] === origin),
  )

const boundOf = (drafts: readonly Draft[], list: boolean): Bound => ({
  list,
  instances: drafts.map(({ id, variant }) => ({ id, matrix: variant.matrix })),
})

export const makeBinder = (drafts: readonly Draft[]): Binder => {
  const byStep = new Map<string, Draft[]>()
  const byId = new Map(drafts.map(draft => [draft.id, draft]))
  for (const draft of drafts) {
    const own = byStep.get(draft.step.id)
    if (own) own.push(draft)
    else byStep.set(draft.step.id, [draft])
  }
  const twins = twinFinder(byStep)

  const measures = (found: readonly Draft[], axes: Step['axes']): Record<string, Bound> => {
    const groups = new Map<string, Draft[]>()
    for (const draft of found) {
      const member = byId.get(draft.about ?? '')?.step.id ?? draft.about ?? ''
      groups.set(member, [...(groups.get(member) ?? []), draft])
    }
    return Object.fromEntries(
      [...groups].map(([member, own]) => {
        const about = byId.get(own[0]?.about ?? '')
        return [member, boundOf(own, own.length > 1 || (about !== undefined && isOpen(about.step, axes, {})))]
      }),
    )
  }

  return (axes, labels) => {
    const known = new Map<string, Bound | undefined>()
    const find = (name: string): Bound | undefined => {
      const parsed = parseInstanceName(name)
      if (!parsed || parsed.output !== undefined) return undefined
      const { step, pins } = parsed
      const own = byStep.get(step)
      if (!own) return undefined
      const found = twins(parsed, axes, labels)
      const open = isOpen(own[0]!.step, axes, pins)
      if (own[0]!.spec.expands === undefined) return boundOf(found, open)
      return { ...boundOf(found, true), measures: measures(found, axes) }
    }
    return name => {
      if (!known.has(name)) known.set(name, find(name))
      return known.get(name)
    }
  }
}
