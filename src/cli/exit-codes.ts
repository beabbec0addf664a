import type { Outcome } from '../core/event.js'

/** What the process ends with; the first that applies, from the top. */
export const exitCodes = {
  interrupted: 130,
  /** A bug of ours. */
  bug: 70,
  /** Found wrong before a step started: recipe, files, usage. */
  refused: 2,
  stepFailed: 3,
  /** Also what `fmt --check` and `migrate --check` say where something would change, and `verify` where something is damaged. */
  gateFailed: 1,
  inconclusive: 4,
  fine: 0,
} as const

export const exitCodeOf = (outcome: Outcome): number =>
  ({
    interrupted: exitCodes.interrupted,
    'step-failed': exitCodes.stepFailed,
    'gate-failed': exitCodes.gateFailed,
    inconclusive: exitCodes.inconclusive,
    passed: exitCodes.fine,
  })[outcome]
