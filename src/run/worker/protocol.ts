import type { MessagePort } from 'node:worker_threads'
import type { Digest } from '../../core/brand.js'
import type { Moment } from '../../core/checkpoint.js'
import type { Progress } from '../../core/event.js'
import type { Problem } from '../../core/problem.js'
import type { StepFile, StepOutput } from '../../core/step-file.js'

/** One attempt at a step, as plain JSON: the same for a thread and for another process. */
export interface Assignment {
  readonly step: StepFile
  /** Folder of the store. */
  readonly store: string
  /** Where the stack of an error that nobody foresaw is written. */
  readonly crashFile: string
}

/** What a worker thread gets. `port` carries `FromWorker` out and `ToWorker` in. */
export interface ThreadTask {
  readonly assignment: Assignment
  /** Two Int32: not 0 once the step is to stop; the cores that it may use at the moment. */
  readonly cancel: SharedArrayBuffer
  readonly port: MessagePort
}

export interface Progressed {
  readonly type: 'progress'
  readonly progress: Progress
}

export interface Logged {
  readonly type: 'log'
  readonly level: 'info' | 'warning'
  readonly message: string
}

/** The step goes on from a checkpoint. */
export interface Resumed {
  readonly type: 'resumed'
  readonly from: Moment
}

export type FromWorker = Progressed | Logged | Resumed | { readonly type: 'open'; readonly digest: Digest }

export type ToWorker =
  | { readonly type: 'opened'; readonly digest: Digest; readonly bytes: SharedArrayBuffer }
  | { readonly type: 'refused'; readonly digest: Digest; readonly problems: readonly Problem[] }

/** How an attempt ended. `memory`: bytes that the worker holds on to afterwards, on its heap and outside of it. */
export type Ended =
  | { readonly type: 'done'; readonly output: StepOutput; readonly memory: number }
  | { readonly type: 'failed'; readonly problems: readonly Problem[]; readonly memory: number }
  | { readonly type: 'cancelled'; readonly memory: number }

export type ToChild =
  | {
      readonly type: 'run'
      readonly assignment: Assignment
      readonly heapMegabytes: number
      readonly threads: number
    }
  | { readonly type: 'threads'; readonly threads: number }
  | { readonly type: 'cancel' }

/** `beat` says once a second that the process still answers, whatever its thread is doing; `took`, that it has the step. */
export type FromChild =
  | { readonly type: 'beat' | 'took' }
  | Progressed
  | Logged
  | Resumed
  | { readonly type: 'ended'; readonly ended: Ended }
