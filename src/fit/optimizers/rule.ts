import type { Move } from '../../engine/move.js'
import type { tf } from '../../engine/tf.js'

export interface Change {
  /** Added to the weight. */
  readonly delta: tf.Tensor
  /** The slots' new values, in the rule's order. */
  readonly slots: readonly tf.Tensor[]
}

/** What a rule may know of the step that it makes. */
export interface Moment {
  readonly learningRate: number
  /** Counts from 1. */
  readonly step: number
}

/** How a weight moves, after its settings are filled in. Formulas are those of Keras 3 (`keras/src/optimizers`), whose defaults these are too. */
export interface Rule {
  /** What is remembered of each weight, shaped as the weight, by name with its first value. */
  readonly slots: Readonly<Record<string, number>>
  /** All that depends on the moment, as numbers: computed in float64, then given to the engine as float32. */
  scalars(moment: Moment): readonly number[]
  /** What changes of one weight; `scalars` are the moment's, in their order. */
  change(gradient: tf.Tensor, slots: readonly tf.Tensor[], scalars: readonly tf.Tensor[]): Change
  /** The same step, to the bit, as the one kernel that an engine may have for it. */
  move(moment: Moment): Move
}

/** A rule from its settings (a schedulable `learningRate` is not among them: it comes with the moment). */
export type MakeRule = (settings: Readonly<Record<string, unknown>>) => Rule

/** A number among the settings, or its default. */
export const numberOf = (
  settings: Readonly<Record<string, unknown>>,
  name: string,
  otherwise: number,
): number => {
  const value = settings[name]
  return typeof value === 'number' ? value : otherwise
}
