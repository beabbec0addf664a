import { parseInstanceName } from '../core/instance-name.js'
import type { Reference, Step } from '../language/recipe.js'
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

/** What tells an instance apart: its own axes and, where it measures another, that one's. */
const axesOf = ({ step, measured }: Draft): Step['axes'] => ({ ...measured?.step.axes, ...step.axes })
const labelsOf = ({ variant, measured }: Draft): Labels => ({
  ...measured?.variant.labels,
  ...variant.labels,
})

const keyOf = (labels: Labels, axes: readonly string[]): string =>
  axes.map(axis => labels[axis] ?? '').join('\u0000')

interface Placed {
  readonly draft: Draft
  readonly at: number
}

/** Instances of a step that have the same axes: all of them, or those that measure the same other step. */
interface Group {
  readonly axes: Step['axes']
  readonly members: readonly Placed[]
  /** By the axes that are asked for, then by their labels. */
  readonly indices: Map<string, Map<string, readonly Placed[]>>
}

const groupsOf = (drafts: readonly Draft[]): Group[] => {
  const groups = new Map<string, { axes: Step['axes']; members: Placed[] }>()
  for (const [at, draft] of drafts.entries()) {
    const key = draft.measured?.step.id ?? ''
    const group = groups.get(key)
    if (group) group.members.push({ draft, at })
    else groups.set(key, { axes: axesOf(draft), members: [{ draft, at }] })
  }
  return [...groups.values()].map(group => ({ ...group, indices: new Map() }))
}

const indexOf = ({ members, indices }: Group, axes: readonly string[]): Map<string, readonly Placed[]> => {
  const name = axes.join('\u0000')
  const known = indices.get(name)
  if (known) return known
  const index = new Map<string, Placed[]>()
  for (const placed of members) {
    const key = keyOf(labelsOf(placed.draft), axes)
    const own = index.get(key)
    if (own) own.push(placed)
    else index.set(key, [placed])
  }
  indices.set(name, index)
  return index
}

/** Finds instances among those that are made; each group of axes is indexed once. `made`: by step; may grow. */
export const twinFinder = (made: ReadonlyMap<string, readonly Draft[]>): TwinFinder => {
  const known = new Map<readonly Draft[], readonly Group[]>()
  return ({ step, pins, member }, axes, labels) => {
    const drafts = made.get(step)
    if (!drafts) return []
    const groups = known.get(drafts) ?? groupsOf(drafts)
    known.set(drafts, groups)
    const found = groups.flatMap(group => {
      const common = Object.keys(group.axes).filter(
        axis => Object.hasOwn(pins, axis) || (Object.hasOwn(axes, axis) && axes[axis] === group.axes[axis]),
      )
      if (common.length === 0) return group.members
      return indexOf(group, common).get(keyOf({ ...labels, ...pins }, common)) ?? []
    })
    const inOrder = groups.length > 1 ? [...found].sort((a, b) => a.at - b.at) : found
    const all = inOrder.map(({ draft }) => draft)
    return member === undefined ? all : all.filter(draft => isMember(member, draft))
  }
}
