import type { Rhythm } from '../core/checkpoint.js'
import type { EngineName } from '../core/engine-name.js'
import type { Path, Span } from '../core/problem.js'
import type { Expression } from '../expression/expression.js'
import type { GateForm } from '../expression/gate-form.js'
import type { AnyStepSpec } from '../steps/define-step.js'
import type { RecipeInput } from './inputs.js'
import type { ParamDeclaration } from './param-declarations.js'
import type { StorePlace } from './store-place.js'

/** `step` or `step.output` as it stands in a port. */
export interface Reference {
  readonly step: string
  /** Absent: the kind's first output. */
  readonly output?: string
  /** `int8` in `scores[int8]`. */
  readonly member?: string
  /** Labels by axis, `{sparsity: '0.5'}` in `"pruned[sparsity=0.5]"`; empty: none is named. */
  readonly pins: Readonly<Record<string, string>>
  readonly at: Span
}

/** What a step says of each of its instances. */
export interface Settings {
  /** The kind's own fields, resolved: defaults filled in, expressions evaluated, paths absolute. Empty when poisoned by its schema. */
  readonly config: Readonly<Record<string, unknown>>
  /** A seed of the step's own; absence: the recipe's. */
  readonly seed?: number
  readonly resources: { readonly threads?: number; readonly memory?: number; readonly gpus?: number }
  /** Milliseconds; absence: none. */
  readonly timeout?: number
  readonly retries: number
  /** Absence: it fails where memory runs out. */
  readonly onOutOfMemory?: 'halveBatch'
  /** Absence: as its kind usually does. */
  readonly checkpoint?: Rhythm
}

/** One combination of a step's axes. */
export interface Variant extends Settings {
  /** How its instance is named: a label by axis. Empty where the step carries no axis. */
  readonly labels: Readonly<Record<string, string>>
  /** What `matrix.AXIS` stands for. */
  readonly matrix: Readonly<Record<string, unknown>>
  /** What `params.X` stands for. */
  readonly params: Readonly<Record<string, unknown>>
  /** The same for each of the step's outer conditions; absent where there is none. */
  readonly outerParams?: readonly Readonly<Record<string, unknown>>[]
}

/** Where the names of an expression are looked up: inside a pipeline among its own steps and inputs. */
export interface NameScope {
  /** `small/` inside the pipeline `small`; empty at the top. */
  readonly prefix: string
  /** What inputs stand for, by full ids. */
  readonly inputs: ReadonlyMap<string, Reference>
}

/** A condition of the pipeline that a step stands in. */
export interface OuterCondition {
  readonly when: Expression
  readonly names: NameScope
  locate(within: { readonly start: number; readonly end: number }): Span
}

/** A declared step, checked against its kind's schema. Its own settings are those of its first variant. */
export interface Step extends Settings {
  readonly id: string
  readonly kind: string
  /** Absent where the kind is unknown; such a step is poisoned. */
  readonly spec?: AnyStepSpec
  /** A problem was found in it: later stages go on without it and say nothing of what hangs on it. */
  readonly poisoned: boolean
  /** The axes that it carries, its own and inherited ones, each with the step that declared it. */
  readonly axes: Readonly<Record<string, string>>
  /** One for each combination of the axes; one alone where there is none. */
  readonly variants: readonly Variant[]
  readonly ports: Readonly<Record<string, readonly Reference[]>>
  readonly needs: readonly Reference[]
  /** False skips an instance. */
  readonly when?: Expression
  /** Conditions of the pipelines around it, outermost first. */
  readonly outer: readonly OuterCondition[]
  readonly names: NameScope
  /** Where its seed derives from, in place of the recipe's: the seed of a pipeline around it. */
  readonly from?: number
  /** The kind's fields that are expressions over metrics, by name. */
  readonly expressions: Readonly<Record<string, Expression>>
  readonly description?: string
  /** `auto` where the recipe says nothing. */
  readonly engine: EngineName | 'auto'
  readonly at: Span
  /**
   * Span of a value (or, where it is not written, of its nearest written ancestor) by its path inside the step.
   * `within`: only this stretch of a text, in characters of its value, as names of an expression count them; or the
   * key that the path ends with.
   */
  locate(path: Path, within?: { readonly start: number; readonly end: number } | 'key'): Span
}

/** A combination of axes where a gate is judged. */
export interface GateRow {
  readonly axes: Step['axes']
  readonly labels: Variant['labels']
  readonly matrix: Variant['matrix']
  readonly params: Variant['params']
}

export type Gate = {
  readonly name: string
  readonly severity: 'error' | 'warn'
  readonly when?: Expression
  /** One verdict for each instance of this step; the names of steps mean the twins. */
  readonly each?: Reference
  readonly names: NameScope
  /** One verdict for each of these: the combinations of the pipeline that the gate stands in. One alone at the top. */
  readonly rows: readonly GateRow[]
  readonly at: Span
  /** As of a step: `locate(['check'], name)` is the span of a name inside the expression. */
  locate(path: Path, within?: { readonly start: number; readonly end: number }): Span
} & GateForm

/** One of the values that `--sweep` gives a param. */
export interface SweptValue {
  /** As it names instances. */
  readonly label: string
  readonly value: unknown
}

export interface Recipe {
  /** Absolute path. */
  readonly file: string
  /** Every file that it is made of: itself, then those that it extends. */
  readonly files: readonly string[]
  /** Digest of its text as read, or of the texts of all its files. */
  readonly digest: string
  /** Project folder: nearest ancestor with `trimtab.config.*` or `.git`, else the recipe's folder. */
  readonly project: string
  readonly description?: string
  readonly seed: number
  readonly engine: EngineName | 'auto'
  /** Where its results are shared; absent: nowhere, or what is written is faulty. */
  readonly store?: StorePlace
  /** Params as declared, in the recipe's order; undefined where a declaration is faulty. */
  readonly declared: ReadonlyMap<string, ParamDeclaration | undefined>
  /** Values after defaults, `--params`, environment and `--set`. */
  readonly params: Readonly<Record<string, unknown>>
  readonly set: Readonly<Record<string, unknown>>
  /** Axes that `--sweep` made of params, with the values of each; absent: none. */
  readonly sweep?: Readonly<Record<string, readonly SweptValue[]>>
  /** What must be given from outside; each stands among the steps too, poisoned and of the kind `input`. */
  readonly inputs: readonly RecipeInput[]
  /** What it hands out when it is used as a pipeline. */
  readonly outputs: Readonly<Record<string, Reference>>
  /** What the outputs of pipelines stand for, by full ids of pipelines; the first output is the first key. */
  readonly pipelines: ReadonlyMap<string, Readonly<Record<string, Reference>>>
  readonly steps: readonly Step[]
  readonly gates: readonly Gate[]
  /** The frame of text around a span of any file that was read. */
  frame(at: Span): string
  /** True for a path in the project, under `allowPaths`, or given on the command line; symbolic links are followed first. */
  mayRead(path: string): boolean
}
