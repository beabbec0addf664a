import type { EngineName } from '../core/engine-name.js'
import type { Path, Span } from '../core/problem.js'
import type { Expression } from '../expression/expression.js'
import type { AnyStepSpec } from '../steps/define-step.js'

/** `step` or `step.output` as it stands in a port. */
export interface Reference {
  readonly step: string
  /** Absent: the kind's first output. */
  readonly output?: string
  readonly at: Span
}

/** A declared step, checked against its kind's schema. */
export interface Step {
  readonly id: string
  readonly kind: string
  /** Absent where the kind is unknown; such a step is poisoned. */
  readonly spec?: AnyStepSpec
  /** A problem was found in it: later stages go on without it and say nothing of what hangs on it. */
  readonly poisoned: boolean
  /** The kind's own fields, resolved: defaults filled in, expressions evaluated, paths absolute. Empty when poisoned by its schema. */
  readonly config: Readonly<Record<string, unknown>>
  readonly ports: Readonly<Record<string, readonly Reference[]>>
  readonly needs: readonly Reference[]
  readonly description?: string
  /** `auto` where the recipe says nothing. */
  readonly engine: EngineName | 'auto'
  /** A seed of the step's own; absence: the recipe's. */
  readonly seed?: number
  readonly resources: { readonly threads?: number; readonly memory?: number }
  /** Milliseconds; absence: none. */
  readonly timeout?: number
  readonly retries: number
  readonly at: Span
  /**
   * Span of a value (or, where it is not written, of its nearest written ancestor) by its path inside the step.
   * `within`: only this stretch of a text, in characters of its value, as names of an expression count them; or the
   * key that the path ends with.
   */
  locate(path: Path, within?: { readonly start: number; readonly end: number } | 'key'): Span
}

export type Gate = {
  readonly name: string
  readonly severity: 'error' | 'warn'
  readonly when?: Expression
  readonly at: Span
  /** As of a step: `locate(['check'], name)` is the span of a name inside the expression. */
  locate(path: Path, within?: { readonly start: number; readonly end: number }): Span
} & (
  | { readonly form: 'check'; readonly check: Expression }
  | {
      readonly form: 'nonInferior'
      readonly candidate: string
      readonly reference: string
      readonly metric: string
      readonly margin: number
      readonly alpha: number
    }
  | {
      readonly form: 'faster'
      readonly candidate: string
      readonly reference: string
      readonly by: number
      readonly confidence: number
    }
)

export interface Recipe {
  /** Absolute path. */
  readonly file: string
  /** Digest of the text as read. */
  readonly digest: string
  /** Project folder: nearest ancestor with `trimtab.config.*` or `.git`, else the recipe's folder. */
  readonly project: string
  readonly description?: string
  readonly seed: number
  readonly engine: EngineName | 'auto'
  /** Values after defaults, `--params`, environment and `--set`. */
  readonly params: Readonly<Record<string, unknown>>
  readonly set: Readonly<Record<string, unknown>>
  readonly steps: readonly Step[]
  readonly gates: readonly Gate[]
  /** The frame of text around a span of any file that was read. */
  frame(at: Span): string
}
