import type { AnyStepSpec } from './define-step.js'
import { quantize } from './quantize/spec.js'

/** The kinds that Trimtab brings, one line each. */
export const builtInKinds: readonly AnyStepSpec[] = [quantize]
