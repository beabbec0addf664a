import type { Event } from '../../core/event.js'
import type { Reproduction } from '../../judge/reproduction.js'
import type { AnyStepSpec } from '../../steps/define-step.js'

export interface ReproduceOptions {
  /** Id of a run, `latest`, or the path of a record or of a lock. */
  readonly target: string
  /** Absent: the process's own. */
  readonly cwd?: string
  /** Folder of the store that the run was made in. Absent: the one around the record, else of the project here. */
  readonly store?: string
  /** Where the run's project lies now. Absent: where it lay. */
  readonly project?: string
  /** Folder where data is looked for, by name and content, that is not at its place. */
  readonly data?: string
  /** Kinds that the program gave the run, beside the built-in ones and those of plug-ins. */
  readonly kinds?: readonly AnyStepSpec[]
  /** For a lock: params that have no value in the recipe, as text. A run has them in its record. */
  readonly set?: Readonly<Record<string, string>>
  /** Instances or steps to make again, with all that they need. Absent: everything that was made. */
  readonly only?: readonly string[]
  /** Go on where something that it is made from has changed. */
  readonly anyway?: boolean
  /** Measure times again too. */
  readonly times?: boolean
  /** Keep the project and the store that it ran in. */
  readonly keep?: boolean
  readonly workers?: number
  readonly signal?: AbortSignal
  readonly onEvent?: (event: Event) => void
}

/** What is found before or after the steps ran, without what is the same for all. */
export type Found = Pick<
  Reproduction,
  'verdict' | 'found' | 'first' | 'steps' | 'changed' | 'environment' | 'notes' | 'problems'
>
