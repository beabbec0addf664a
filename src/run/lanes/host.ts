import type { Moment } from '../../core/checkpoint.js'
import type { Progress } from '../../core/event.js'
import type { Cores } from './cores.js'
import type { Assignment, Ended } from '../worker/protocol.js'

/** What an attempt tells while it runs, and how it is stopped. */
export interface Hooks {
  readonly progress: (progress: Progress) => void
  readonly log: (level: 'info' | 'warning', message: string) => void
  /** It goes on from a checkpoint. */
  readonly resumed: (from: Moment) => void
  /** Cores that it may use; absent: those that the step asked for. */
  readonly cores?: Cores
  /** Asks the step to stop by itself, at its next batch. */
  readonly soft: AbortSignal
  /** Ends its thread or process. */
  readonly hard: AbortSignal
}

/** A place for one step at a time: a thread, or a process with a thread in it. Started when it is first needed, then kept warm. */
export interface Host {
  /** Never rejects but for a bug of ours: a crash of the thread or process is a problem of its step. */
  run(assignment: Assignment, hooks: Hooks): Promise<Ended>
  /** Ends the thread or process; the next run starts a fresh one. Resolves when it is gone. */
  renew(): Promise<void>
}
