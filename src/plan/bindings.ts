import { parseInstanceName } from '../core/instance-name.js'
import type { Bind, Bound, Reader } from '../expression/scope.js'
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

  /** Instances of a measuring step by the step that they measure, `scores.int8`: the twin, or all. */
  const measures = (found: readonly Draft[], axes: Step['axes']): Record<string, Bound> => {
    const groups = new Map<string, Draft[]>()
    for (const draft of found) {
      const { measured } = draft
      const member = measured?.step.id ?? draft.about ?? ''
      const group = groups.get(member)
      if (group) group.push(draft)
      else groups.set(member, [draft])
    }
    return Object.fromEntries(
      [...groups].map(([member, own]) => {
        const measured = own[0]?.measured
        const instances = own.map(({ id, variant, measured: other }) => ({
          id,
          matrix: { ...other?.variant.matrix, ...variant.matrix },
        }))
        const list = own.length > 1 || (measured !== undefined && isOpen(measured.step, axes, {}))
        return [member, { list, instances }]
      }),
    )
  }

  /** By name and by the labels that matter to it, so that a thousand readers of one list share it. */
  const shared = new Map<string, Bound>()

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
      const { step, pins, member } = reference
      const own = byStep.get(step)
      if (!own) return undefined
      const { spec, step: target } = own[0]!
      if (spec.expands !== undefined && member === undefined) {
        const found = twins(reference, axes, labels)
        return { ...boundOf(found, true), measures: measures(found, axes) }
      }
      const carried = Object.keys(target.axes).filter(
        axis => Object.hasOwn(axes, axis) && axes[axis] === target.axes[axis],
      )
      const identity = JSON.stringify([step, pins, member, carried.map(axis => [axis, labels[axis]])])
      const before = shared.get(identity)
      if (before) return before
      const bound = boundOf(twins(reference, axes, labels), isOpen(target, axes, pins))
      shared.set(identity, bound)
      return bound
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
