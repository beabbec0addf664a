import type { Digest, InstanceId } from '../../core/brand.js'
import type { Problem } from '../../core/problem.js'

/** What reading a whole store found. */
export interface Verification {
  /** True where nothing is damaged or missing. */
  readonly whole: boolean
  readonly objects: {
    readonly count: number
    readonly bytes: number
    readonly damaged: readonly Digest[]
    /** Named by a result, and not there. */
    readonly missing: readonly Digest[]
  }
  readonly results: {
    readonly count: number
    /** Keys, as far as the names of their files tell. */
    readonly damaged: readonly string[]
    /** Keys of results that name objects which are not there any more. */
    readonly incomplete: readonly string[]
  }
  readonly runs: {
    readonly count: number
    /** Ids of runs whose record is damaged. */
    readonly damaged: readonly string[]
    /** Ids of runs whose record names what is lost. */
    readonly affected: readonly string[]
  }
  /** Instances whose results are lost, by the names that they were first made under: they must run again. */
  readonly again: readonly InstanceId[]
  /** False where something damaged lies where it lay, since the store takes no writes. Nothing is ever removed. */
  readonly moved: boolean
  /** One for each thing that is wrong. */
  readonly problems: readonly Problem[]
}
