import { parseInstanceName } from '../core/instance-name.js'
import type { Bind, Bound, Reader } from '../expression/figures.js'
import type { NameScope, Recipe, Reference, Step } from '../language/recipe.js'
import type { Draft } from './expand.js'
import { twinFinder } from './twins.js'

type Labels = Readonly<Record<string, string>>

/** What the names of steps mean where these axes are carried: the twin, or all that differ in other axes. */
export type Binder = (
  axes: Step['axes'],
  labels: Labels,
  names: NameScope,
) => { readonly bind: Bind; readonly reader: Reader }

/** True where a step has axes that neither the reader carries nor the name pins. */
const isOpen = (step: Step, axes: Step['axes'], pins: Labels): boolean =>
  Object.entries(step.axes).some(
    ([axis, origin]) => !Object.hasOwn(pins, axis) && !(Object.hasOwn(axes, axis) && axes[axis] === origin),
  )

const boundOf = (drafts: readonly Draft[], list: boolean): Bound => ({
  list,
  instances: drafts.map(({ id, variant }) => ({ id, matrix: variant.matrix })),
})

export const makeBinder = (drafts: readonly Draft[], { pipelines }: Pick<Recipe, 'pipelines'>): Binder => {
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

  return (axes, labels, { prefix, inputs }) => {
    const known = new Map<string, Bound | undefined>()
    const reader: Reader = {
      frame: prefix,
      agrees: id => {
        const other = byId.get(id)
        return (
          !other ||
          Object.entries(other.step.axes).every(
            ([axis, origin]) => axes[axis] !== origin || labels[axis] === other.variant.labels[axis],
          )
        )
      },
    }
    const findStep = (reference: Pick<Reference, 'step' | 'pins' | 'member'>): Bound | undefined => {
      const own = byStep.get(reference.step)
      if (!own) return undefined
      const found = twins(reference, axes, labels)
      const open = isOpen(own[0]!.step, axes, reference.pins)
      if (own[0]!.spec.expands === undefined || reference.member !== undefined) return boundOf(found, open)
      return { ...boundOf(found, true), measures: measures(found, axes) }
    }
    const find = (name: string): Bound | undefined => {
      const parsed = parseInstanceName(name)
      if (!parsed || parsed.output !== undefined) return undefined
      const input = inputs.get(parsed.step)
      if (input) return findStep({ ...input, pins: { ...input.pins, ...parsed.pins } })
      const step = `${prefix}${parsed.step}`
      const handed = Object.entries(pipelines.get(step) ?? {}).map(
        ([output, reference]): [string, Bound | undefined] => [
          output,
          findStep({ ...reference, pins: { ...reference.pins, ...parsed.pins } }),
        ],
      )
      const outputs = handed.filter((each): each is [string, Bound] => each[1] !== undefined)
      const [first] = outputs
      return first ? { ...first[1], outputs: Object.fromEntries(outputs) } : findStep({ ...parsed, step })
    }
    const bind: Bind = name => {
      if (!known.has(name)) {
        const bound = find(name)
        known.set(name, bound && { ...bound, reader })
      }
      return known.get(name)
    }
    return { bind, reader }
  }
}
