import type { Problem } from './problem.js'

/** What a stage returns: a value with its warnings, or all of its problems. Bugs throw instead. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export const ok = <T>(value: T, problems: readonly Problem[] = []): Result<T> => ({
  ok: true,
  value,
  problems,
})

export const failed = (...problems: Problem[]): Result<never> => ({ ok: false, problems })
