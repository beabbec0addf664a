import type { InstanceId } from '../core/brand.js'
import type { Problem } from '../core/problem.js'
import type { ArrayDifference } from './array-difference.js'
import type { SideName } from './side-name.js'

/** How an output differs from the one that was recorded. Absent members: that cannot be told. */
export interface OutputDifference {
  readonly output: string
  readonly type: string
  /** Digests, then and now. */
  readonly was: string
  readonly is: string
  /** The arrays in it that differ, the most different first: tensors of a model, arrays of a dataset. */
  readonly arrays?: readonly ArrayDifference[]
  /** How many arrays it has. */
  readonly of?: number
  /** What differs besides its numbers, in a sentence each. */
  readonly otherwise?: readonly string[]
  /** Why no more is known than the digests. */
  readonly unknown?: string
}

/** A metric that came out otherwise. */
export interface MetricDifference {
  readonly split: string
  readonly name: string
  readonly was?: number
  readonly is?: number
}

export type StepComparison = { readonly instance: InstanceId; readonly kind: string } & (
  | { readonly type: 'equal' }
  /** Not the same bits, but no further off than its engine promises. */
  | { readonly type: 'within'; readonly figure: number; readonly greatest: number }
  | {
      readonly type: 'differs'
      /** Those of its inputs that differ too. Empty: it began here. */
      readonly follows: readonly InstanceId[]
      readonly outputs: readonly OutputDifference[]
      readonly metrics: readonly MetricDifference[]
    }
  /** It ended well then, and does not now. */
  | { readonly type: 'failed'; readonly why: string; readonly problems: readonly Problem[] }
  | { readonly type: 'not-compared'; readonly why: string }
)

/** Something that a step is made from and that is not what it was. */
export interface Change {
  readonly what: 'data' | 'recipe' | 'plug-in' | 'revision' | 'config' | 'other'
  /** In words, with what was and what is. */
  readonly text: string
  /** The steps that it touches; absent: all. */
  readonly steps?: readonly InstanceId[]
  readonly was?: unknown
  readonly is?: unknown
  readonly problems?: readonly Problem[]
}

/** Something about the place of a run that is not what it was. */
export interface EnvironmentDifference {
  readonly what: 'engine' | 'trimtab' | 'node' | 'processor' | 'cores' | 'platform'
  readonly was: string
  readonly is: string
  /** Can it change what comes out? */
  readonly matters: boolean
  readonly why: string
}

export type ReproductionVerdict =
  'reproduced' | 'nondeterministic' | 'changed' | 'another-environment' | 'failed' | 'interrupted'

/** What came of running a record again. Plain JSON. */
export interface Reproduction {
  readonly verdict: ReproductionVerdict
  /** In one sentence. */
  readonly found: string
  readonly of: SideName
  /** In topological order. Empty: nothing ran. */
  readonly steps: readonly StepComparison[]
  /** The first step that differs, its inputs being equal. */
  readonly first?: InstanceId
  readonly changed: readonly Change[]
  readonly environment: readonly EnvironmentDifference[]
  readonly notes: readonly string[]
  readonly problems: readonly Problem[]
  readonly seconds: number
  /** Folder with the project and the store that it ran in, where that was kept. */
  readonly kept?: string
}

/** What is known once everything that could run has run. */
export interface Findings {
  readonly steps: readonly StepComparison[]
  readonly changed: readonly Change[]
  readonly environment: readonly EnvironmentDifference[]
  readonly interrupted: boolean
}

/** The step where it began: the first that differs, or else fails, without an input that does. */
export const firstDifferent = (steps: readonly StepComparison[]): StepComparison | undefined =>
  steps.find(each => (each.type === 'differs' && each.follows.length === 0) || each.type === 'failed') ??
  steps.find(({ type }) => type === 'differs')

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const reproducedText = (steps: readonly StepComparison[], environment: Findings['environment']): string => {
  const equal = steps.filter(({ type }) => type === 'equal').length
  const within = steps.flatMap(each => (each.type === 'within' ? [each.greatest] : []))
  const how =
    within.length === 0
      ? `${counted(equal, 'step')} bit for bit`
      : `${equal} bit for bit, ${within.length} within what their engine promises (at most ${Math.max(...within).toPrecision(2)} off)`
  return `${how}${environment.length > 0 ? ', in another environment' : ''}`
}

/** Decides between the verdicts. What changed and what interrupted come first: nothing else can then be told. */
export const decideReproduction = ({
  steps,
  changed,
  environment,
  interrupted,
}: Findings): Pick<Reproduction, 'verdict' | 'found' | 'first'> => {
  if (interrupted) return { verdict: 'interrupted', found: 'it was stopped before the end' }
  const first = firstDifferent(steps)
  const at = first ? { first: first.instance } : {}
  if (changed.length > 0)
    return {
      verdict: 'changed',
      found:
        changed.length === 1
          ? changed[0]!.text
          : `${changed.length} things that it is made from are not what they were`,
      ...at,
    }
  const mattering = environment.filter(({ matters }) => matters)
  const cause = mattering.map(({ what }) => what).join(', ')
  if (first?.type === 'failed')
    return mattering.length > 0
      ? {
          verdict: 'another-environment',
          found: `"${first.instance}" fails here, and ${cause} differs`,
          ...at,
        }
      : { verdict: 'failed', found: `"${first.instance}" ended well then, and fails now`, ...at }
  if (first)
    return mattering.length > 0
      ? {
          verdict: 'another-environment',
          found: `"${first.instance}" came out otherwise, and so did what it ran on: ${cause}`,
          ...at,
        }
      : {
          verdict: 'nondeterministic',
          found: `"${first.instance}" came out otherwise from the same inputs, and nothing that matters differs`,
          ...at,
        }
  if (!steps.some(({ type }) => type === 'equal' || type === 'within'))
    return { verdict: 'failed', found: 'there is no step whose output could be compared' }
  return { verdict: 'reproduced', found: reproducedText(steps, environment) }
}
