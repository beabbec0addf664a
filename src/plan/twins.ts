import { parseInstanceName } from '../core/instance-name.js'
import type { Reference } from '../language/recipe.js'
import type { Draft } from './expand.js'

type Labels = Readonly<Record<string, string>>

/** Instances that a reference means where some axes are carried: those that agree with its pins and with the labels of the axes that both have from the same step. */
export type TwinFinder = (
  reference: Pick<Reference, 'step' | 'pins' | 'member'>,
  axes: Readonly<Record<string, string>>,
  labels: Labels,
) => readonly Draft[]

/** A member as it may be written: `int8` means `int8.model` too, and the order of axes does not matter. */
const isMember = (written: string, { member, about }: Draft): boolean => {
  if (written === member || written === about) return true
  const [a, b] = [parseInstanceName(written), parseInstanceName(member ?? '')]
  return (
    a !== undefined &&
    b !== undefined &&
    a.step === b.step &&
    a.member === b.member &&
    (a.output === undefined || a.output === b.output) &&
    Object.entries(a.pins).length === Object.entries(b.pins).length &&
    Object.entries(a.pins).every(([axis, label]) => b.pins[axis] === label)
  )
}

const keyOf = (labels: Labels, axes: readonly string[]): string =>
  axes.map(axis => labels[axis] ?? '').join('\u0000')

/** Finds instances among those that are made; each group of axes is indexed once. `made`: by step; may grow. */
export const twinFinder = (made: ReadonlyMap<string, readonly Draft[]>): TwinFinder => {
  const indices = new Map<readonly Draft[], Map<string, Map<string, readonly Draft[]>>>()

  const indexOf = (drafts: readonly Draft[], axes: readonly string[]): Map<string, readonly Draft[]> => {
    const name = axes.join('\u0000')
    const known = indices.get(drafts) ?? new Map<string, Map<string, readonly Draft[]>>()
    indices.set(drafts, known)
    const found = known.get(name)
    if (found) return found
    const index = new Map<string, Draft[]>()
    for (const draft of drafts) {
      const key = keyOf(draft.variant.labels, axes)
      const group = index.get(key)
      if (group) group.push(draft)
      else index.set(key, [draft])
    }
    known.set(name, index)
    return index
  }

  return ({ step, pins, member }, axes, labels) => {
    const drafts = made.get(step)
    const [first] = drafts ?? []
    if (!drafts || !first) return []
    const theirs = first.step.axes
    const common = Object.keys(theirs).filter(
      axis => Object.hasOwn(pins, axis) || (Object.hasOwn(axes, axis) && axes[axis] === theirs[axis]),
    )
    const found =
      common.length === 0
        ? drafts
        : (indexOf(drafts, common).get(keyOf({ ...labels, ...pins }, common)) ?? [])
    return member === undefined ? found : found.filter(draft => isMember(member, draft))
  }
}
