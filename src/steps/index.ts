import type { AnyStepSpec } from './define-step.js'

/** The kinds that Trimtab brings, one line each. */
export const builtInKinds: readonly AnyStepSpec[] = []
