import type { Emitted, Event } from '../core/event.js'
import type { EngineName } from '../core/engine-name.js'
import type { AnyStepSpec } from '../steps/define-step.js'

/** What every stage takes. */
export interface ReadOptions {
  /** Path of the recipe, from `cwd`. */
  readonly recipe: string
  /** Absent: the process's own. */
  readonly cwd?: string
  /** Params by name, as text (`--set epochs=2`). */
  readonly set?: Readonly<Record<string, string>>
  /** Params that get several values each, as text (`--sweep sparsity=0.5,0.7`): variants of the recipe in one graph. */
  readonly sweep?: Readonly<Record<string, readonly string[]>>
  /** Files of params, YAML or JSON, from `cwd`; later ones over earlier ones (`--params ci.yml`). */
  readonly paramsFiles?: readonly string[]
  /** For `TRIMTAB_PARAM_X`. Absent: the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Kinds of your own, made by `defineStep`, beside the built-in ones. */
  readonly kinds?: readonly AnyStepSpec[]
  /** Texts of files that an editor has open, by absolute path; undefined of every other, which is read from the disk. */
  readonly open?: (path: string) => string | undefined
  /** Files and folders outside of the project that may be read, beside those that the recipe allows. Absent: none. */
  readonly allow?: readonly string[]
  /** False: the recipe's `plugins` are not imported, which would run their code. Absent: true. */
  readonly trustPlugins?: boolean
}

export interface PlanOptions extends ReadOptions {
  /** Folder of the store. Absent: `.trimtab` in the recipe's project. */
  readonly store?: string
  /** Instances (or steps) to make, with all that they need. Absent: everything. */
  readonly only?: readonly string[]
  /** Where results are shared, `s3://…` or `file:…` (from `cwd`); `none`: nowhere. Absent: `TRIMTAB_REMOTE`, else as the recipe says. */
  readonly remote?: string
  /** False: nothing is put at the remote. Absent: as the recipe says. */
  readonly push?: boolean
  /** Engine for steps that leave it to `auto`. Absent: the recipe's own. */
  readonly engine?: EngineName | 'auto'
}

export interface RunOptions extends PlanOptions {
  /** Go on with what does not depend on a failed step. */
  readonly keepGoing?: boolean
  /** Steps at once. Absent: as many as there are cores. */
  readonly workers?: number
  /** Writes no lock file, and finds it an error where the run would change it. */
  readonly frozen?: boolean
  /** Cancels the run within one batch. */
  readonly signal?: AbortSignal
  /** Sees every event as it happens. */
  readonly onEvent?: (event: Event) => void
}

export type { Emitted }
